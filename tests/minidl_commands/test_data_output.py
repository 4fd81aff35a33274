"""Rows, notices and the description of data are printed."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from minidl_commands._data_output import columns_table, show_description
from minidl_core import ColumnDescription, DataDescription, Notice, TargetDescription

COLUMNS = (
    ColumnDescription("rent", "number", 0.0, 300, 499.5, 2101.25, treatment="target"),
    ColumnDescription("city", "category", 0.125, 12, examples=("Basel", "Bern", "Chur"), treatment="12 inputs"),
    ColumnDescription("a_column_with_a_name_that_is_much_longer_than_any_other", "number", 0, 9, 1, 9),
    ColumnDescription("name", "text", 0.0, 290),
    ColumnDescription("since", "date", 0.0, 40, "2020-01-01", "2024-12-31", treatment="3 inputs"),
)


def test_a_description_has_columns_target_problems_and_a_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    target = TargetDescription("rent", "regression", mean=1100.0, deviation=250.0)
    notices = (Notice("column 'id' counts the rows", warning=True), Notice("12 whole numbers are classes"))
    problem = "column 'name' identifies rows"
    advice = "--data table:rents.csv:target=rent:ignore=name"
    show_description(DataDescription({"read": 300}, COLUMNS, target, notices, (problem,), advice))
    shown = capsys.readouterr().out
    for words in (
        "499.5 to 2101.25",
        "Basel, Bern, Chur, 9 more",
        "12.5%",
        "290 different",
        "2020-01-01 to 2024-12-31",
        "300 rows read",
        "Target: rent, regression, mean 1100, deviation 250",
        "Warning: column 'id' counts the rows",
        "Note: 12 whole numbers are classes",
        f"Problem: {problem}",
        f"Proposed: {advice}",
    ):
        assert words in shown


def test_the_table_fits_a_terminal() -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(columns_table(COLUMNS))
    assert all(len(line) <= 80 for line in console.export_text().splitlines())


def test_the_first_classes_are_listed_with_their_counts() -> None:
    balance = {f"class {number}": number + 1 for number in range(14)}
    from minidl_commands._data_output import _target_line

    line = _target_line(TargetDescription("y", "classification", balance))
    assert line.startswith("Target: y, classification: class 0 1 (1%), class 1 2 (2%)")
    assert line.endswith("class 9 10 (10%), 4 more classes")
