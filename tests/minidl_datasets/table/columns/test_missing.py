"""Missing values in tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table import Table
from minidl_datasets.table.columns.missing import Missing

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


def test_missing_values_are_an_error_that_lists_them_and_the_solutions(path: Path) -> None:
    with pytest.raises(DataError, match=r"'x' \(2 of 20\), 'city' \(1 of 20\)") as caught:
        Table(path, "y").load(0)
    for way in ("missing=mean", "missing=drop", r"ignore=x+city"):
        assert way in str(caught.value)


def test_many_columns_with_missing_values_are_counted(tmp_path: Path) -> None:
    frame = FRAME.with_columns(**{f"c{number}": "x" for number in range(9)})
    frame.write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="and 6 more"):
        Table(tmp_path / "a.parquet", "y").load(0)


def test_ignored_columns_may_have_missing_values(path: Path) -> None:
    data = Table(path, "y", ignore="x", missing="mean").load(0)
    assert data.feature_names == ("city=a", "city=b")
    with pytest.raises(DataError, match=r"values are missing in 'city' \(1 of 20\): "):
        Table(path, "y", ignore="x").load(0)


def test_rows_with_missing_values_are_dropped(path: Path) -> None:
    data = Table(path, "y", missing="drop").load(0)
    assert len(data.train.inputs) + len(data.test.inputs) == 17


def test_a_missing_number_becomes_the_mean_of_the_training_rows(path: Path) -> None:
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


@pytest.mark.parametrize("missing", ["error", "mean", "drop"])
def test_rows_without_a_target_are_dropped_by_default(tmp_path: Path, missing: Missing) -> None:
    empty = pl.when(pl.col("y") < 4).then("y")
    FRAME.select(y="x", x="y", z=empty if missing == "mean" else "y").write_csv(tmp_path / "a.csv")
    data = Table(tmp_path / "a.csv", "y", missing=missing).load(0)
    assert data.rows["read"] == 20
    assert data.rows["dropped"] == data.rows["without_target"] == 2
    assert data.rows["train"] + data.rows["test"] == len(data.train.inputs) + len(data.test.inputs) == 18


def test_rows_with_a_missing_input_and_rows_without_a_target_are_counted(tmp_path: Path) -> None:
    FRAME.with_columns(y=pl.when(pl.col("y") < 9).then("y")).write_csv(tmp_path / "a.csv")
    data = Table(tmp_path / "a.csv", "y", missing="drop").load(0)
    assert [data.rows[key] for key in ("read", "dropped", "without_target", "with_missing_inputs")] == [20, 5, 2, 3]
    assert [str(notice) for notice in data.notices if notice.warning] == [
        f"Warning: {tmp_path / 'a.csv'}: 5 of 20 rows are dropped (2 without a target, 3 with missing inputs)"
    ]


def test_problems_name_the_lines_of_the_file_even_if_rows_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "1,\n" * 5 + "1.5,2\n2.5,3\n3.5,4\nabc7,5\n")
    with pytest.raises(DataError, match=r"'abc7' \(line 10\)"):
        Table(tmp_path / "a.csv", "y", task="regression").load(0)


def test_a_missing_value_in_every_row_is_an_error(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1, None], "b": [None, 1], "y": [1.0, 2.0]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"every row has a missing value, in .*: write missing=mean"):
        Table(tmp_path / "a.parquet", "y", missing="drop").load(0)


def test_dropping_rows_is_not_proposed_if_most_would_be_dropped(tmp_path: Path) -> None:
    few = pl.when(pl.int_range(20) > 12).then("y")
    FRAME.with_columns(few=few, fewer=pl.when(pl.int_range(20) == 3).then("y")).write_csv(tmp_path / "a.csv")
    with pytest.raises(DataError) as caught:
        Table(tmp_path / "a.csv", "y").load(0)
    assert "missing=drop" not in str(caught.value)
    assert "ignore=few+fewer (mostly empty)" in str(caught.value)
    assert str(caught.value).endswith("y:missing=mean:ignore=few+fewer")


def test_missing_values_of_the_test_file_are_treated_alike(tmp_path: Path, path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    FRAME.drop_nulls().write_parquet(whole)
    with pytest.raises(DataError, match=f"{path.name}: values are missing"):
        Table(whole, "y", test=path).load(0)
    assert len(Table(whole, "y", test=path, missing="drop").load(0).test.inputs) == 17
    assert len(Table(whole, "y", test=path, missing="mean").load(0).test.inputs) == 20


def test_a_column_without_values_in_the_training_rows_is_an_error(tmp_path: Path) -> None:
    frame = FRAME.with_columns(
        rare=pl.when(pl.col("y") == 0).then(1.0), word=pl.when(pl.col("y") == 0).then(pl.lit("a"))
    )
    frame.write_parquet(tmp_path / "a.parquet")
    for other, kept in (("rare", "word"), ("word", "rare")):
        categorical = kept if kept == "word" else ""
        table = Table(
            tmp_path / "a.parquet", "y", missing="mean", test_share=0.9, ignore=other, categorical=categorical
        )
        with pytest.raises(DataError, match="has no value in any training row"):
            _ = [table.load(seed) for seed in range(30)]
