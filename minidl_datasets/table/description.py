"""Describes a table before training: columns, target, notices and problems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from minidl_core import ColumnDescription, DataDescription, TargetDescription
from minidl_datasets.table.columns import booleans
from minidl_datasets.table.columns.column import Column
from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.rows.incomplete_rows import Counts, drop_incomplete_rows
from minidl_datasets.table.rows.training_table import decision_notices
from minidl_datasets.table.rows.typed_rows import Rows
from minidl_datasets.table.table_decisions import TableDecisions
from minidl_datasets.table.target_column.task import DecidedTarget

EXAMPLES = 5
"""The maximum number of categories shown."""


def describe_table(decisions: TableDecisions, missing: Missing, *, standardize: bool, advice: str) -> DataDescription:
    """Return the description of a table.

    Args:
        decisions: the decisions about the table, and its problems.
        missing: how missing inputs are treated.
        standardize: whether numbers are standardized.
        advice: the line of settings that solves the problems.
    """
    counts = _counts(decisions, missing)
    inputs = {column.name: column for column in decisions.columns}
    other = _others(decisions)
    return DataDescription(
        rows=counts.to_json(),
        columns=tuple(
            _input(inputs[raw.name], raw, standardize=standardize) if raw.name in inputs else _other(raw, other)
            for raw in decisions.source.frame
        ),
        target=_target(decisions.target) if decisions.target else None,
        notices=(*decision_notices(decisions), *counts.notices(decisions.source.name)),
        problems=tuple(problem.text for problem in decisions.problems.found) if decisions.problems else (),
        advice=advice,
    )


def _counts(decisions: TableDecisions, missing: Missing) -> Counts:
    read = decisions.source.frame.height
    if decisions.target is None:
        return Counts(read, 0, 0)
    features = pl.DataFrame([column.values for column in decisions.columns])
    if not features.width:
        return Counts(read, read - decisions.labeled.frame.height, 0)
    return drop_incomplete_rows(Rows(features, decisions.target.values.drop_nulls()), read, missing)[1]


def _others(decisions: TableDecisions) -> dict[str, tuple[str, str]]:
    """Return the kind and the treatment of the columns that are not inputs and have no problem."""
    others = dict.fromkeys(decisions.ignored, ("not considered", "ignored"))
    if decisions.source.row_names:
        others[decisions.source.row_names] = ("row names", "not an input")
    others[decisions.name] = (decisions.target.target.task if decisions.target else "undecided", "target")
    return others


def _other(raw: pl.Series, others: Mapping[str, tuple[str, str]]) -> ColumnDescription:
    kind, treatment = others.get(raw.name, ("undecided", "see the problems"))
    return ColumnDescription(raw.name, kind, raw.null_count() / len(raw), treatment=treatment)


def _input(column: Column, raw: pl.Series, *, standardize: bool) -> ColumnDescription:
    values = column.values.drop_nulls()
    missing, levels = column.values.null_count() / len(column.values), values.n_unique()
    if column.kind == "text":
        first = tuple(values.unique(maintain_order=True).head(EXAMPLES))
        return ColumnDescription(
            column.name, "category", missing, levels, examples=first, treatment=f"{levels} inputs, one-hot"
        )
    least, largest = (_bound(bound) for bound in (values.min(), values.max()))
    if column.kind == "date":
        return ColumnDescription(
            column.name, "date", missing, levels, least, largest, treatment="its parts, as numbers"
        )
    number = "standardized" if standardize else "as it is"
    treatment = number if levels > 1 or not standardize else "constant, becomes 0"
    return ColumnDescription(column.name, _kind(raw), missing, levels, least, largest, treatment=treatment)


def _kind(raw: pl.Series) -> str:
    is_truth = raw.dtype == pl.Boolean or (raw.dtype == pl.String and booleans.parse(raw.drop_nulls()) is not None)
    return "boolean" if is_truth else "number"


def _bound(value: Any) -> int | float | str:
    """Return a number, as an integer if it is whole, or a date as text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float) else str(value)


def _target(decided: DecidedTarget) -> TargetDescription:
    target, values = decided.target, decided.values.drop_nulls()
    if target.task == "classification":
        counts = dict(values.value_counts().iter_rows())
        balance = {name: counts.get(code, 0) for code, name in enumerate(target.classes)}
        return TargetDescription(target.column, target.task, balance)
    floats: Any = values.cast(pl.Float64)
    return TargetDescription(target.column, target.task, mean=floats.mean(), deviation=floats.std(ddof=0))
