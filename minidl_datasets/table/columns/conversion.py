"""Converts the columns of further data (test rows, rows to predict) to the kinds that were decided for training."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from minidl_core import did_you_mean
from minidl_datasets.table.columns import booleans, numbers
from minidl_datasets.table.columns.canonical_text import canonical_texts
from minidl_datasets.table.columns.column import Kind
from minidl_datasets.table.columns.column_decider import to_dates
from minidl_datasets.table.columns.mixed.mixed_column import count_others
from minidl_datasets.table.columns.texts import is_text, missing_to_null
from minidl_datasets.table.columns.types import describe_type, is_unsupported
from minidl_datasets.table.problems.problem import Problem, ProblemCollector
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

PLURALS: dict[Kind, str] = {"number": "numbers", "text": "categories", "date": "dates"}


def convert_columns(
    source: TableSource, kinds: Mapping[str, Kind], dialect: Dialect, hint: str = "correct it"
) -> pl.DataFrame:
    """Return the input columns, converted to their kinds; null where a value is missing.

    Args:
        source: the table; its other columns are ignored.
        kinds: the kind of each input column.
        dialect: how numbers and missing values are written in texts.
        hint: what to do about a value that does not fit; `{}` in it stands for the decided kind, such as `numbers`.

    Raises:
        Problems: columns are missing, or values do not fit their kinds.
    """
    columns = []
    collector = ProblemCollector(source.name)
    for name, kind in kinds.items():
        with collector:
            columns.append(_convert(name, kind, source, dialect, hint.format(PLURALS[kind])))
    collector.check()
    return pl.DataFrame(columns)


def _convert(name: str, kind: Kind, source: TableSource, dialect: Dialect, hint: str) -> pl.Series:
    if name not in source.frame.columns:
        near = did_you_mean(name, source.frame.columns)
        raise Problem(f"it has no column '{name}', which the training data has: {near}")
    column = missing_to_null(source.frame[name], dialect)
    if column.dtype == pl.Null:
        return column.cast(pl.String if kind == "text" else pl.Datetime("us") if kind == "date" else pl.Float64)
    if kind == "date":
        return to_dates(column, source)
    if is_unsupported(column.dtype):
        raise Problem(f"column '{name}' should contain {PLURALS[kind]}, not {describe_type(column.dtype)}: {hint}")
    return canonical_texts(column) if kind == "text" else _numbers(column, source, dialect, hint)


def _numbers(column: pl.Series, source: TableSource, dialect: Dialect, hint: str) -> pl.Series:
    if is_text(column.dtype):
        truth = booleans.parse(column)
        column = _parsed(column, source, dialect, hint) if truth is None else truth
    elif not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        raise Problem(f"column '{column.name}' should contain numbers, not {describe_type(column.dtype)}: {hint}")
    return numbers.to_numeric(column, source, hint)


def _parsed(texts: pl.Series, source: TableSource, dialect: Dialect, hint: str) -> pl.Series:
    found = numbers.parse(texts, dialect)
    if found is not None:
        return found
    others = numbers.rows_without_numbers(texts, dialect)
    counted, shown = count_others(len(others), len(texts) - texts.null_count()), source.examples(texts, others)
    raise Problem(f"column '{texts.name}' should contain numbers, but {counted}, such as {shown}: {hint}")
