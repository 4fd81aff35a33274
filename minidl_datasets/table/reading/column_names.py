"""The names of a table's columns: unique, in one Unicode form, and given to columns that lack one."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from minidl_core import DataError

ROW_NAMES = "row_names"
"""What the column is called that names the rows instead of describing them."""

UNNAMED = ("", "__index_level_0__")
"""How R and pandas name that column, where it comes first (CSV) or anywhere (pandas' Parquet)."""


@dataclass(frozen=True)
class NamedColumns:
    """A table with a name for each column, and what there is to say about names that were not given."""

    frame: pl.DataFrame
    row_names: str | None = None
    notices: dict[str, str] = field(default_factory=dict)


def normalize_name(name: str) -> str:
    """Return a name in the one Unicode form (NFC) in which names are compared."""
    return unicodedata.normalize("NFC", name)


def check_unique_names(names: Sequence[str], where: str) -> None:
    """Check that no name stands twice, after normalization.

    Raises:
        DataError: one does.
    """
    given = [name for name in names if name]
    if twice := sorted({name for name in given if given.count(name) > 1}):
        raise DataError(f"{where}: the header names '{twice[0]}' more than once: give every column a name of its own")


def name_columns(frame: pl.DataFrame, names: Sequence[str], where: str) -> NamedColumns:
    """Return the table with its columns named: normalized, the first unnamed one as row names, others by their number.

    A further column without a name is left out where it holds nothing.

    Args:
        frame: the columns, under any names.
        names: the name of each, empty where it has none.
        where: the table's name, for messages.

    Raises:
        DataError: two columns have the same name.
    """
    names = [normalize_name(name) for name in names]
    check_unique_names(names, where)
    kept, row_names, notices = [], None, {}
    for position, (column, name) in enumerate(zip(frame, names, strict=True), 1):
        called = name
        if name in UNNAMED and row_names is None and (position == 1 or name):
            called = row_names = _unused_name(ROW_NAMES, names)
            notices[called] = f"{_ordinal(position)} has no name and is taken for row names '{called}', no input"
        elif name in UNNAMED:
            called = _unused_name(f"column_{position}", names)
            if column.null_count() == len(column):
                notices[called] = f"{_ordinal(position)} has neither a name nor values and is left out"
                continue
            notices[called] = f"{_ordinal(position)} has no name and is called '{called}'"
        kept.append(column.alias(called))
    return NamedColumns(pl.DataFrame(kept), row_names, notices)


def _ordinal(position: int) -> str:
    return "the first column" if position == 1 else f"column {position}"


def _unused_name(name: str, taken: Sequence[str]) -> str:
    """Return a name that no column has, by underscores after it."""
    while name in taken:
        name += "_"
    return name
