"""The rows of a table whose columns and target are known from another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from minidl_core import DataError, Notice, did_you_mean
from minidl_datasets.table.columns.column import Kind
from minidl_datasets.table.columns.conversion import typed
from minidl_datasets.table.columns.missing import Missing, check_missing
from minidl_datasets.table.columns.texts import without_missing
from minidl_datasets.table.problems.problem import Findings, Problem
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.rows.rows import Counts, Rows, counted
from minidl_datasets.table.target.target import Target


class KnownRows(NamedTuple):
    """Rows in known columns, and how many were left out; `further` are columns that were not asked for."""

    name: str
    rows: Rows
    counts: Counts
    notices: tuple[Notice, ...]
    further: tuple[str, ...]


def read_rows_like(
    path: Path, kinds: Mapping[str, Kind], target: Target, *, missing: Missing, dialect: Dialect, hint: str = ""
) -> KnownRows:
    """Return the rows of a table in the columns, and with the target, that were decided for another one.

    Args:
        path: the table; further columns in it are ignored.
        kinds: the kind of each input column.
        target: what to predict; rows without it are left out.
        missing: what to do about missing inputs.
        dialect: how the table writes its values.
        hint: what to do about what does not fit; `{}` in it becomes what was decided, such as `numbers`.

    Raises:
        Problems: the table lacks columns or values, holds values that do not fit, or has other classes.
        DataError: it cannot be read, or has no row with a target.
    """
    source = read_table(path, dialect)
    name = target.column
    findings = Findings(source.name)
    features, targets = pl.DataFrame(), pl.Series()
    with findings:
        if name not in source.frame.columns:
            raise Problem(f"it has no column '{name}' to predict: {did_you_mean(name, source.frame.columns)}")
        targets = target.values(without_missing(source.frame[name], dialect), source, dialect, hint)
        if targets.null_count() == len(targets):
            raise DataError(f"{source.name} has no row with a value of the target '{name}'")
        source = source.filter(targets.is_not_null())
    with findings:
        features = typed(source, kinds, dialect, hint or "the training data has {} there; correct it")
    with findings:
        check_missing(features, missing, source, dialect)
    findings.check()
    rows, counts = counted(Rows(features, targets.drop_nulls()), len(targets), missing)
    further = tuple(column for column in source.frame.columns if column not in {*kinds, name, source.row_names})
    return KnownRows(source.name, rows, counts, counts.notices(source.name), further)
