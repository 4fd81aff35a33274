"""Matches the rows of a further table to the columns and the target that were decided for another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from minidl_core import DataError, Notice, did_you_mean
from minidl_datasets.table.columns.column import Kind
from minidl_datasets.table.columns.conversion import convert_columns
from minidl_datasets.table.columns.missing import Missing, check_missing
from minidl_datasets.table.columns.texts import missing_to_null
from minidl_datasets.table.problems.problem import Problem, ProblemCollector
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.rows.incomplete_rows import Counts, drop_incomplete_rows
from minidl_datasets.table.rows.typed_rows import Rows
from minidl_datasets.table.target_column.target import Target


class MatchedRows(NamedTuple):
    """Rows in known columns, and how many rows were dropped; `unused` are the columns that are not known."""

    name: str
    rows: Rows
    counts: Counts
    notices: tuple[Notice, ...]
    unused: tuple[str, ...]


def match_rows(
    source: TableSource,
    kinds: Mapping[str, Kind],
    target: Target,
    *,
    missing: Missing,
    dialect: Dialect,
    hint: str = "",
) -> MatchedRows:
    """Return the rows of a table in the columns, and with the target, that were decided for another one.

    Args:
        source: the table; its other columns are ignored.
        kinds: the kind of each input column.
        target: the target; rows without it are dropped.
        missing: how missing inputs are treated.
        dialect: how the table writes its values.
        hint: what to do about a value that does not fit; `{}` in it stands for the decided kind, such as `numbers`.

    Raises:
        Problems: columns or values are missing, values do not fit, or there are other classes.
        DataError: no row has a target.
    """
    name = target.column
    collector = ProblemCollector(source.name)
    features, targets = pl.DataFrame(), pl.Series()
    with collector:
        if name not in source.frame.columns:
            raise Problem(f"it has no column '{name}' to predict: {did_you_mean(name, source.frame.columns)}")
        targets = target.values(missing_to_null(source.frame[name], dialect), source, dialect, hint)
        if targets.null_count() == len(targets):
            raise DataError(f"{source.name} has no row with a value of the target '{name}'")
        source = source.filter(targets.is_not_null())
    with collector:
        features = convert_columns(source, kinds, dialect, hint or "the training data has {} there; correct it")
    with collector:
        check_missing(features, missing, source, dialect)
    collector.check()
    rows, counts = drop_incomplete_rows(Rows(features, targets.drop_nulls()), len(targets), missing)
    unused = tuple(column for column in source.frame.columns if column not in {*kinds, name, source.row_names})
    return MatchedRows(source.name, rows, counts, counts.notices(source.name), unused)
