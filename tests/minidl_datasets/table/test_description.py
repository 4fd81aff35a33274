"""A table is described without training."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from minidl_core import ColumnDescription, DataDescription, DataError, TargetDescription
from minidl_datasets.table import Table

ROWS = 40
FRAME = pl.DataFrame(
    {
        "": [f"r{row}" for row in range(ROWS)],
        "age": [None if row % 4 == 0 else row for row in range(ROWS)],
        "old": [row % 2 == 0 for row in range(ROWS)],
        "city": [("Bern", "Chur", "Basel")[row % 3] for row in range(ROWS)],
        "signup": [f"2024-03-{row % 28 + 1:02}" for row in range(ROWS)],
        "name": [f"n{row}" for row in range(ROWS)],
        "y": [None if row == 3 else "ab"[row % 4 == 0] for row in range(ROWS)],
    }
)


def describe(folder: Path, **settings: str) -> DataDescription:
    FRAME.write_csv(folder / "a.csv")
    return Table(folder / "a.csv", "y", **settings).describe()  # type: ignore[arg-type]


def test_columns_are_described_in_their_order(tmp_path: Path) -> None:
    found = describe(tmp_path, ignore="name", dates="signup", missing="mean")
    assert found.problems == ()
    assert found.advice == ""
    assert found.columns == (
        ColumnDescription("row_names", "row names", treatment="not an input"),
        ColumnDescription("age", "number", 10 / 39, 29, 1, 39, treatment="standardized"),
        ColumnDescription("old", "boolean", 0.0, 2, 0, 1, treatment="standardized"),
        ColumnDescription(
            "city", "category", 0.0, 3, examples=("Bern", "Chur", "Basel"), treatment="3 inputs, one-hot"
        ),
        ColumnDescription("signup", "date", 0.0, 28, "2024-03-01", "2024-03-28", treatment="its parts, as numbers"),
        ColumnDescription("name", "not considered", 0.0, treatment="ignored"),
        ColumnDescription("y", "classification", 1 / 40, treatment="target"),
    )


def test_rows_and_the_balance_of_the_target_are_described(tmp_path: Path) -> None:
    found = describe(tmp_path, ignore="name+signup", missing="drop")
    assert found.rows == {"read": 40, "dropped": 11, "without_target": 1, "with_missing_inputs": 10}
    assert found.target == TargetDescription("y", "classification", {"a": 29, "b": 10})
    assert any("11 of 40 rows are dropped" in notice.message for notice in found.notices)


def test_the_numbers_to_predict_are_described(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1, 2, 2, 4], "y": [0.5, 1.5, 2.5, None]}).write_parquet(tmp_path / "a.parquet")
    found = Table(tmp_path / "a.parquet", "y", standardize=False).describe()
    assert found.target == TargetDescription("y", "regression", mean=1.5, deviation=pytest.approx((2 / 3) ** 0.5))
    assert found.columns[0] == ColumnDescription("x", "number", 0.0, 2, 1, 2, treatment="as it is")


def test_problems_are_described_with_the_line_that_training_proposes(tmp_path: Path) -> None:
    found = describe(tmp_path)
    assert len(found.problems) == 3
    assert [column.name for column in found.columns if column.kind == "undecided"] == ["signup", "name"]
    with pytest.raises(DataError) as caught:
        Table(tmp_path / "a.csv", "y").load(0)
    assert str(caught.value).endswith(f"Proposed: {found.advice}")
    for problem in found.problems:
        assert problem in str(caught.value)


def test_a_target_with_a_problem_is_described_too(tmp_path: Path) -> None:
    pl.DataFrame({"x": [1, 2, 3, 5], "y": ["a", "a", "a", "a"]}).write_csv(tmp_path / "a.csv")
    found = Table(tmp_path / "a.csv", "y").describe()
    assert found.target is None
    assert found.rows["read"] == 4
    assert "only the class 'a'" in found.problems[0]
    assert found.columns[1] == ColumnDescription("y", "undecided", treatment="target")


def test_a_description_is_plain_json(tmp_path: Path) -> None:
    json.dumps(describe(tmp_path, dates="signup").to_json(), allow_nan=False)
