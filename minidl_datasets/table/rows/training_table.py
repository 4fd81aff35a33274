"""The table to train with, once it has no problems."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.columns.column import Column, Kind
from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.rows.incomplete_rows import Counts, drop_incomplete_rows
from minidl_datasets.table.rows.typed_rows import Rows
from minidl_datasets.table.table_decisions import TableDecisions
from minidl_datasets.table.target_column.target import Target


@dataclass(frozen=True)
class TrainingTable:
    """The rows to train with, and the decisions about the table."""

    name: str
    rows: Rows
    columns: tuple[Column, ...]
    target: Target
    counts: Counts
    notices: tuple[Notice, ...]

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each input column."""
        return {column.name: column.kind for column in self.columns}


def training_table(decisions: TableDecisions, missing: Missing) -> TrainingTable:
    """Return the table to train with.

    Args:
        decisions: the decisions about the table.
        missing: how missing inputs are treated.

    Raises:
        Problems: the table has problems.
    """
    if decisions.problems is not None or decisions.target is None:
        raise decisions.problems or AssertionError("a target that is not decided is a problem")
    source = decisions.source
    features = pl.DataFrame([column.values for column in decisions.columns])
    targets = decisions.target.values.drop_nulls()
    rows, counts = drop_incomplete_rows(Rows(features, targets), source.frame.height, missing)
    notices = (*decision_notices(decisions), *_mostly_missing(rows), *counts.notices(source.name))
    return TrainingTable(source.name, rows, decisions.columns, decisions.target.target, counts, notices)


def decision_notices(decisions: TableDecisions) -> tuple[Notice, ...]:
    """Return notices about decisions that may surprise the user."""
    unnamed = decisions.source.notices.items()
    return (
        *(Notice(text) for name, text in unnamed if name not in decisions.ignored),
        *(decisions.target.notices if decisions.target else ()),
        *(notice for column in decisions.columns for notice in column.notices),
    )


def _mostly_missing(rows: Rows) -> list[Notice]:
    """Return a warning for each column with more missing values than others."""
    return [
        Notice(f"column '{column.name}': {column.null_count()} of {len(column)} values are missing", warning=True)
        for column in rows.features
        if column.null_count() > len(column) / 2
    ]
