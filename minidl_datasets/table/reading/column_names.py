"""Names the columns of a table: checks that names are unique, normalizes them, and names unnamed columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from minidl_core import DataError

ROW_NAMES = "row_names"
"""The name of a column that names the rows."""

UNNAMED = ("", "__index_level_0__")
"""The names that R and pandas give to row names: in the first column (CSV), or in any (Parquet of pandas)."""


@dataclass(frozen=True)
class NamedColumns:
    """A table with a name for each column, and notices about columns that had none."""

    frame: pl.DataFrame
    row_names: str | None = None
    notices: dict[str, str] = field(default_factory=dict)


def normalize_column_name(name: str) -> str:
    """Return a name in Unicode form NFC, in which names are compared."""
    return unicodedata.normalize("NFC", name)


def check_unique_names(names: Sequence[str], where: str) -> None:
    """Check that normalized names are unique.

    Raises:
        DataError: one is not.
    """
    given = [name for name in names if name]
    if twice := sorted({name for name in given if given.count(name) > 1}):
        raise DataError(f"{where}: the header names '{twice[0]}' more than once: give every column a unique name")


def name_columns(frame: pl.DataFrame, names: Sequence[str], where: str) -> NamedColumns:
    """Return the table with a normalized name for each column.

    The first unnamed column becomes row names. Others are named by their number, and dropped if they are empty.

    Args:
        frame: the columns, under arbitrary names.
        names: the name of each column, empty if it has none.
        where: the name of the table, for messages.

    Raises:
        DataError: two columns have the same name.
    """
    names = [normalize_column_name(name) for name in names]
    check_unique_names(names, where)
    kept, row_names, notices = [], None, {}
    for position, (column, name) in enumerate(zip(frame, names, strict=True), 1):
        called = name
        if name in UNNAMED and row_names is None and (position == 1 or name):
            called = row_names = _unused_name(ROW_NAMES, names)
            notices[called] = (
                f"{_ordinal(position)} has no name: it is read as row names ('{called}') and is not an input"
            )
        elif name in UNNAMED:
            called = _unused_name(f"column_{position}", names)
            if column.null_count() == len(column):
                notices[called] = f"{_ordinal(position)} has neither a name nor values: it is ignored"
                continue
            notices[called] = f"{_ordinal(position)} has no name: it is called '{called}'"
        kept.append(column.alias(called))
    return NamedColumns(pl.DataFrame(kept), row_names, notices)


def _ordinal(position: int) -> str:
    return "the first column" if position == 1 else f"column {position}"


def _unused_name(name: str, taken: Sequence[str]) -> str:
    """Return a name that no column has, by appending underscores."""
    while name in taken:
        name += "_"
    return name
