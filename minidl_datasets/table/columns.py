"""Which columns of a table are inputs, and of which kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from minidl_core import DataError, did_you_mean
from minidl_datasets.table.numbers import as_numbers, check_for_junk
from minidl_datasets.table.source import TableSource, listing
from minidl_datasets.table.texts import as_texts, is_text

Kind = Literal["number", "text"]


def listed(setting: str, text: str, source: TableSource) -> tuple[str, ...]:
    """Return the columns that a setting lists, separated by `+`, or the one whose name its whole text is.

    Raises:
        DataError: the table has no such column.
    """
    columns = source.frame.columns
    names = [text] if text in columns else [name.strip() for name in text.split("+") if name.strip()]
    for name in names:
        if name not in columns:
            raise DataError(f"{source.name} has no column '{name}' to {setting}: {did_you_mean(name, columns)}")
    return tuple(names)


def check_target(target: str | None, source: TableSource, **lists: Iterable[str]) -> str:
    """Return the name of the target column, which must be in the table and in no list of other columns.

    Raises:
        DataError: it is not given or not there, or listed as something else.
    """
    columns = source.frame.columns
    if target is None:
        raise DataError(f"{source.name}: which column is to be predicted? write target=COLUMN: {listing(columns)}")
    if target not in columns:
        raise DataError(f"{source.name} has no column '{target}' to predict: {did_you_mean(target, columns)}")
    for setting, names in lists.items():
        if target in names:
            instead = " and write task=classification" if setting == "categorical" else ""
            raise DataError(f"{source.name}: the target '{target}' is listed in {setting}=: drop it there{instead}")
    return target


def kinds_of(source: TableSource, target: str, ignored: Iterable[str], categorical: Iterable[str]) -> dict[str, Kind]:
    """Return the input columns in the table's order, each with its kind.

    Raises:
        DataError: there is none, or one holds neither numbers nor texts, or no value at all.
    """
    left_out = {target, *ignored}
    kinds = {
        column.name: _kind(column, source, categorical=column.name in categorical)
        for column in source.frame
        if column.name not in left_out
    }
    if not kinds:
        raise DataError(f"{source.name} has no column left to predict '{target}' from: ignore fewer, or add one")
    return kinds


def _kind(column: pl.Series, source: TableSource, *, categorical: bool) -> Kind:
    dtype, where = column.dtype, f"{source.name}: column '{column.name}'"
    if column.null_count() == len(column):
        raise DataError(f"{where} holds no values: write ignore={column.name}")
    if dtype.is_nested() or dtype.base_type() in {pl.Binary, pl.Object} or (dtype.is_temporal() and not categorical):
        raise DataError(
            f"{where} holds {dtype}, neither numbers nor texts: write it as numbers, or ignore={column.name}"
        )
    if dtype == pl.String and not categorical:
        mend = f"correct them, or write categorical={column.name} or ignore={column.name}"
        check_for_junk(column, source, mend, at_least=0.5)
    return "text" if categorical or is_text(dtype) else "number"


def typed(source: TableSource, kinds: dict[str, Kind], mend: str = "correct it, or write ignore={}") -> pl.DataFrame:
    """Return the input columns as floats and texts, null where a value is missing.

    Args:
        source: a table, whose further columns are left out.
        kinds: the input columns.
        mend: what to do about a value that does not fit, with a place for the column's name.

    Raises:
        DataError: a column is not in the table, or not of its kind.
    """
    columns = []
    for name, kind in kinds.items():
        if name not in source.frame.columns:
            near = did_you_mean(name, source.frame.columns)
            raise DataError(f"{source.name} lacks the column '{name}', which the training data has: {near}")
        column = source.frame[name]
        columns.append(
            as_numbers(column, source, mend.format(name)) if kind == "number" else as_texts(column, source.name)
        )
    return pl.DataFrame(columns)
