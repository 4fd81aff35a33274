"""Names of columns: unique, in one Unicode form, generated if absent."""

from __future__ import annotations

import polars as pl
import pytest

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import NamedColumns, name_columns


def columns_of(*names: str, empty: int | None = None) -> NamedColumns:
    frame = pl.DataFrame({str(place): [None if place == empty else "a"] for place in range(len(names))})
    return name_columns(frame, names, "a.csv")


def test_names_are_compared_and_kept_in_one_unicode_form() -> None:
    assert columns_of("gro\u0308sse", "x").frame.columns == ["gr\u00f6sse", "x"]
    with pytest.raises(DataError, match="names 'gr\u00f6sse' more than once"):
        columns_of("gro\u0308sse", "gr\u00f6sse")


def test_a_first_column_without_a_name_contains_row_names() -> None:
    columns = columns_of("", "x")
    assert columns.frame.columns == ["row_names", "x"]
    assert columns.row_names == "row_names"
    assert "read as row names" in columns.notices["row_names"]


def test_generated_names_do_not_collide_with_given_names() -> None:
    columns = columns_of("", "row_names", "", "column_3")
    assert columns.frame.columns == ["row_names_", "row_names", "column_3_", "column_3"]
    assert columns.row_names == "row_names_"


def test_other_columns_without_a_name_are_numbered_or_ignored_if_empty() -> None:
    assert columns_of("x", "", "y").frame.columns == ["x", "column_2", "y"]
    assert "is called 'column_2'" in columns_of("x", "", "y").notices["column_2"]
    columns = columns_of("x", "", "y", empty=1)
    assert columns.frame.columns == ["x", "y"]
    assert "is ignored" in columns.notices["column_2"]


def test_named_columns_give_no_notice() -> None:
    columns = columns_of("x", "y")
    assert (columns.row_names, columns.notices) == (None, {})
