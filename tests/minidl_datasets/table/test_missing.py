"""Missing values in tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table import Table

FRAME = pl.DataFrame(
    {
        "x": [None if row in {1, 2} else float(row) for row in range(20)],
        "city": [None if row == 3 else "ab"[row % 2] for row in range(20)],
        "y": [row * 0.5 for row in range(20)],
    }
)


@pytest.fixture(params=["csv", "ndjson", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"a.{request.param}"
    getattr(FRAME, f"write_{request.param}")(path)
    return path


def test_missing_values_are_an_error_that_lists_them_and_the_ways_on(path: Path) -> None:
    with pytest.raises(DataError, match=r"'x' \(2 of 20\), 'city' \(1 of 20\)") as caught:
        Table(path, "y").load(0)
    for way in ("missing=mean", "missing=drop", r"ignore=x+city"):
        assert way in str(caught.value)


def test_many_columns_that_lack_values_are_counted(tmp_path: Path) -> None:
    frame = FRAME.with_columns(**{f"c{number}": "x" for number in range(9)})
    frame.write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="and 6 more"):
        Table(tmp_path / "a.parquet", "y").load(0)


def test_ignored_columns_may_lack_values(path: Path) -> None:
    data = Table(path, "y", ignore="x", missing="mean").load(0)
    assert data.feature_names == ("city=a", "city=b")
    with pytest.raises(DataError, match=r"lacks values in 'city' \(1 of 20\): "):
        Table(path, "y", ignore="x").load(0)


def test_rows_that_lack_values_are_dropped(path: Path) -> None:
    data = Table(path, "y", missing="drop").load(0)
    assert len(data.train.inputs) + len(data.test.inputs) == 17


def test_a_missing_number_counts_as_the_mean_of_the_training_rows(path: Path) -> None:
    data = Table(path, "y", missing="mean").load(0)
    raw = Table(path, "y", missing="mean", standardize=False).load(0)
    lacking = (raw.train.targets[:, 0] == 0.5) | (raw.train.targets[:, 0] == 1.0)
    assert lacking.any()
    assert not data.train.inputs[lacking, 0].any()
    assert raw.train.inputs[lacking, 0].allclose(raw.train.inputs[~lacking, 0].mean())


def test_a_missing_text_has_no_category(path: Path) -> None:
    data = Table(path, "y", missing="mean", test=path).load(0)
    assert data.feature_names == ("x", "city=a", "city=b")
    assert data.train.inputs[3, 1:].tolist() == [0, 0]
    assert (data.train.inputs[:, 1:].sum(1) == 1).sum() == 19


def test_nan_is_missing(tmp_path: Path) -> None:
    FRAME.with_columns(pl.col("x").fill_null(float("nan"))).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"'x' \(2 of 20\)"):
        Table(tmp_path / "a.parquet", "y").load(0)


@pytest.mark.parametrize("missing", ["error", "mean"])
def test_a_missing_target_is_not_made_up(tmp_path: Path, missing: str) -> None:
    FRAME.select(y="x", x="y").write_csv(tmp_path / "a.csv")
    with pytest.raises(DataError, match=r"target 'y' \(rows without: 2\).*missing=drop"):
        Table(tmp_path / "a.csv", "y", missing=missing).load(0)  # type: ignore[arg-type]
    data = Table(tmp_path / "a.csv", "y", missing="drop").load(0)
    assert len(data.train.inputs) + len(data.test.inputs) == 18


def test_rows_that_all_lack_something_are_an_error(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, None], "b": [None, 1], "y": [1.0, 2.0]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="lacks a value in each row"):
        Table(tmp_path / "a.parquet", "y", missing="drop").load(0)


def test_missing_values_of_the_file_to_test_by_are_treated_alike(tmp_path: Path, path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    FRAME.drop_nulls().write_parquet(whole)
    with pytest.raises(DataError, match=f"{path.name} lacks values"):
        Table(whole, "y", test=path).load(0)
    assert len(Table(whole, "y", test=path, missing="drop").load(0).test.inputs) == 17
    assert len(Table(whole, "y", test=path, missing="mean").load(0).test.inputs) == 20


def test_a_column_without_values_in_the_training_rows_is_an_error(tmp_path: Path) -> None:
    frame = FRAME.with_columns(
        rare=pl.when(pl.col("y") == 0).then(1.0), word=pl.when(pl.col("y") == 0).then(pl.lit("a"))
    )
    frame.write_parquet(tmp_path / "a.parquet")
    for other in ("rare", "word"):
        table = Table(tmp_path / "a.parquet", "y", missing="mean", test_share=0.9, ignore=other)
        with pytest.raises(DataError, match="has no value in any training row"):
            _ = [table.load(seed) for seed in range(30)]


@pytest.mark.parametrize("form", ["{},5", '"1,{:03}"', "${}", "2024-01-{:02}"])
def test_numbers_and_dates_in_another_form_are_not_taken_for_categories(tmp_path: Path, form: str) -> None:
    separator = ";" if form == "{},5" else ","
    rows = "".join(f"{form.format(x)}{separator}{x}\n" for x in range(1, 31))
    (tmp_path / "a.csv").write_text(f"x{separator}y\n" + rows)
    with pytest.raises(DataError, match="'x' should hold numbers.*categorical=x"):
        Table(tmp_path / "a.csv", target="y", task="regression", separator=separator).load(0)
