"""Whether a target column is one of classes or of numbers to predict."""

from __future__ import annotations

from typing import Literal

import polars as pl

from minidl_core import DataError, Task
from minidl_datasets.table.numbers import as_numbers, check_for_junk
from minidl_datasets.table.source import TableSource
from minidl_datasets.table.target import Target
from minidl_datasets.table.texts import is_text, texts_of

MAX_CLASSES = 100
"""More different values than this are not taken for classes without being told."""

MIN_ROWS = 2
"""Fewer rows a class than this, on average, are not taken for classes without being told."""

AnyTask = Literal["auto", "classification", "regression"]


def typed_target(column: pl.Series, source: TableSource, task: AnyTask) -> pl.Series:
    """Return the target as texts, whole numbers, truth values or floats, null where it is missing.

    Raises:
        DataError: it is none of these, or texts stand among its numbers.
    """
    if is_text(column.dtype):
        if task != "classification":
            check_for_junk(column, source, "correct them, or write task=classification", at_least=0.5)
        return column.cast(pl.String)
    if column.dtype.is_integer() or column.dtype == pl.Boolean:
        return column
    return as_numbers(column, source, "correct it, or choose another target").cast(pl.Float64)


def decide_target(column: pl.Series, name: str, task: AnyTask) -> Target:
    """Return the target with its task, given or guessed from the type of its values, and its classes.

    Args:
        column: the target without missing values, as `typed_target` gives it.
        name: the table's, for messages.
        task: what the user says it is.

    Raises:
        DataError: the task does not fit the values, cannot be guessed, or there is a single class.
    """
    decided = _guess(column, name) if task == "auto" else task
    where = f"{name}: the target '{column.name}'"
    if decided == "regression":
        if column.dtype == pl.String:
            raise DataError(f"{where} holds texts, which are no numbers to predict: write task=classification")
        return Target(column.name, decided)
    values = column.unique().sort()
    if column.dtype == pl.Float64 and len(column) < MIN_ROWS * len(values):
        raise DataError(f"{where} has {len(values)} different numbers in {len(column)} rows: write task=regression")
    if len(values) == 1:
        raise DataError(f"{where} has the single class '{texts_of(values)[0]}': nothing can be learned")
    return Target(column.name, decided, tuple(texts_of(values)))


def _guess(column: pl.Series, name: str) -> Task:
    if column.dtype == pl.Float64:
        return "regression"
    distinct = column.n_unique()
    if distinct > 1 and (distinct > MAX_CLASSES or len(column) < MIN_ROWS * distinct):
        numbers = "task=regression to predict it as a number, or " if column.dtype != pl.String else ""
        raise DataError(
            f"{name}: the target '{column.name}' has {distinct} different values in {len(column)} rows, which may or "
            f"may not be classes: write {numbers}task=classification if each is a class"
        )
    return "classification"
