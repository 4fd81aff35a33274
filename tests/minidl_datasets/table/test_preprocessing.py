"""The preprocessing of a table, applied to new data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from minidl_core import Data, DataError, DataWarning
from minidl_datasets.table import Table
from minidl_datasets.table.preprocessing import TablePreprocessing

ROWS = 5000
FRAME = pl.DataFrame(
    {
        "n": [row * 7 % 101 for row in range(ROWS)],
        "x": [row / 7 for row in range(ROWS)],
        "city": [f"{row % 3}b" for row in range(ROWS)],
        "code": [row % 4 for row in range(ROWS)],
        "y": [row / 3 for row in range(ROWS)],
    }
)


def loaded(path: Path, **settings: Any) -> tuple[Data, TablePreprocessing]:
    data = Table(path, "y", categorical="code", test=path, **settings).load(0)
    saved = json.loads(json.dumps({"dataset": "table", **data.preprocessing.to_json()}))  # type: ignore[union-attr]
    restored = Table.restore_preprocessing(saved)
    assert isinstance(restored, TablePreprocessing)
    assert restored == data.preprocessing
    return data, restored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    FRAME.write_csv(tmp_path / "a.csv")
    return tmp_path / "a.csv"


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("missing", ["error", "mean"])
def test_the_training_file_gives_the_training_inputs_bit_for_bit(path: Path, standardize: bool, missing: str) -> None:
    data, preprocessing = loaded(path, standardize=standardize, missing=missing)
    FRAME.write_parquet(path.with_suffix(".parquet"))
    for source in (
        path,
        str(path),
        path.with_suffix(".parquet"),
        FRAME,
        FRAME.drop("y").select("code", "x", "city", "n"),
    ):
        assert preprocessing.transform(source).equal(data.train.inputs)


def test_a_split_file_gives_the_same_inputs_row_by_row(path: Path) -> None:
    data = Table(path, "y", categorical="code").load(3)
    assert data.preprocessing is not None
    rows = {tuple(row) for row in data.preprocessing.transform(path).tolist()}
    assert {tuple(row) for row in [*data.train.inputs.tolist(), *data.test.inputs.tolist()]} == rows


def test_the_meaning_of_predictions_is_saved(path: Path) -> None:
    data, preprocessing = loaded(path)
    assert data.target_scale is not None
    assert preprocessing.target.task == "regression"
    assert preprocessing.target.column == "y"
    assert preprocessing.target.scale == data.target_scale
    FRAME.with_columns(y=pl.col("city")).write_csv(path)
    _, preprocessing = loaded(path)
    assert preprocessing.target.classes == preprocessing.target.names == ("0b", "1b", "2b")
    assert preprocessing.target.scale is None


def test_the_separator_is_saved(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "a.csv", separator=";")
    data, preprocessing = loaded(tmp_path / "a.csv", separator=";")
    assert preprocessing.transform(tmp_path / "a.csv").equal(data.train.inputs)


def test_a_column_that_is_not_there_is_an_error(path: Path) -> None:
    with pytest.raises(DataError, match=r"the table: it has no column 'city'.*did you mean 'City'"):
        loaded(path)[1].transform(FRAME.rename({"city": "City"}))


def test_texts_for_numbers_are_an_error(path: Path) -> None:
    _, preprocessing = loaded(path)
    with pytest.raises(DataError, match=r"'x' should contain numbers.*'junk' \(row 1\).*trained with numbers"):
        preprocessing.transform(FRAME.with_columns(x=pl.lit("junk")))
    with pytest.raises(DataError, match="'x' should contain numbers, not lists"):
        preprocessing.transform(FRAME.with_columns(x=pl.lit([1])))
    with pytest.raises(DataError, match="'city' should contain categories, not lists"):
        preprocessing.transform(FRAME.with_columns(city=pl.lit([1])))


def test_numbers_written_as_texts_are_numbers(path: Path) -> None:
    data, preprocessing = loaded(path)
    assert preprocessing.transform(FRAME.with_columns(pl.col("n").cast(pl.String))).equal(data.train.inputs)


def test_unseen_categories_are_all_zeros(path: Path) -> None:
    _, preprocessing = loaded(path)
    with pytest.warns(DataWarning) as caught:
        inputs = preprocessing.transform(FRAME.with_columns(city=pl.lit("new"), code=pl.lit(9)))
    assert not inputs[:, 2:].any()
    assert [str(warning.message) for warning in caught] == [
        f"the table: column '{column}' has categories that the network was not trained with, in 5000 of 5000 rows: "
        f"'{text}'; they become all zeros (no category)"
        for column, text in (("city", "new"), ("code", "9"))
    ]
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.parametrize("missing", ["error", "drop"])
def test_missing_values_are_refused_where_rows_cannot_be_dropped(path: Path, missing: str) -> None:
    _, preprocessing = loaded(path, missing=missing)
    with pytest.raises(DataError, match=r"'x' \(5000 of 5000\).*missing=mean"):
        preprocessing.transform(FRAME.with_columns(x=pl.lit(None)))


def test_missing_values_are_replaced_by_the_mean(path: Path) -> None:
    inputs = loaded(path, missing="mean")[1].transform(FRAME.with_columns(x=pl.lit(None), city=pl.lit(None)))
    assert not inputs[:, 1:5].any()


def test_other_sources_are_an_error(path: Path) -> None:
    with pytest.raises(DataError, match="expected the path of a table, a polars or pandas data frame.* not list"):
        loaded(path)[1].transform([[1, 2]])


def test_a_value_that_is_not_a_date_in_new_data_gives_no_advice_to_ignore_it(tmp_path: Path) -> None:
    days = [f"2024-01-{row + 1:02}" for row in range(20)]
    pl.DataFrame({"day": days, "y": [row / 3 for row in range(20)]}).write_csv(tmp_path / "a.csv")
    preprocessing = Table(tmp_path / "a.csv", "y", dates="day").load(0).preprocessing
    assert preprocessing is not None
    for written in (["soon"], ["05/01/2024"], [5]):
        with pytest.raises(DataError, match="'day' should contain dates.*write dates as 2024-03-31$"):
            preprocessing.transform({"day": written})
