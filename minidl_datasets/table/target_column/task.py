"""Decides the task of a target column: classification or regression."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.columns import booleans, numbers
from minidl_datasets.table.columns.canonical_text import category_codes, sort_texts
from minidl_datasets.table.columns.categories import has_enough_rows
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.columns.texts import is_text
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.target_column.ambiguous_target import (
    refuse_ambiguous,
    refuse_dates,
    refuse_lost_spellings,
    refuse_mixed,
)
from minidl_datasets.table.target_column.target import Target
from minidl_datasets.table.target_column.target_values import (
    check_target_numbers,
    class_texts,
    numbers_of,
    numbers_to_predict,
)

MAX_WHOLE_CLASSES = 10
"""The maximum number of different whole numbers that are classes unless `task` says so."""


class DecidedTarget(NamedTuple):
    """A target with its value in each row, null where it is missing: the class index, or the number to predict.

    `notices` are decisions that may surprise the user.
    """

    target: Target
    values: pl.Series
    notices: tuple[Notice, ...] = ()


def decide_target(column: pl.Series, source: TableSource, settings: ColumnSettings) -> DecidedTarget:
    """Return the target with its classes and its task, which is given or decided by the values.

    Args:
        column: the target, null where a value is missing.
        source: the table, for the places of values.
        settings: the settings, with the task.

    Raises:
        Problem: the task does not fit the values, it cannot be decided, or the target is constant.
    """
    where = f"the target '{column.name}'"
    if column.null_count() == len(column):
        raise Problem(f"{where} has no values: choose another target")
    task, dialect = settings.task, settings.dialect
    if task == "auto":
        return _decided_by_values(column, source, settings)
    refuse_dates(column, task)
    if task == "regression":
        return _regression(numbers_to_predict(column, source, dialect))
    if not has_enough_rows(column):
        found = numbers_of(column, dialect)
        if found is not None and not numbers.is_whole(found):
            raise Problem(
                f"{where} has {found.drop_nulls().n_unique()} different numbers in {len(found.drop_nulls())} rows: "
                f"write task=regression",
                task="regression",
            )
    return _classification(column)


def _decided_by_values(column: pl.Series, source: TableSource, settings: ColumnSettings) -> DecidedTarget:
    refuse_dates(column, "auto")
    if column.dtype == pl.Boolean or (is_text(column.dtype) and booleans.parse(column.cast(pl.String)) is not None):
        return _classification(column)
    found = numbers_of(column, settings.dialect)
    if found is None:
        refuse_mixed(column, source, settings)
        refuse_ambiguous(column)
        return _classification(column)
    check_target_numbers(found, column, source)
    if is_text(column.dtype):
        refuse_lost_spellings(column.cast(pl.String), found, settings.dialect)
    if not numbers.is_whole(found):
        return _regression(found)
    least: Any = found.min()
    most: Any = found.max()
    where, distinct = f"target '{column.name}'", found.drop_nulls().n_unique()
    if distinct == 1:
        return _classification(found)
    without_gaps = least in {0, 1} and most - least < distinct
    if not (without_gaps and distinct <= MAX_WHOLE_CLASSES and has_enough_rows(found)):
        text = f"{where}: whole numbers from {int(least)} to {int(most)} are predicted as numbers (a regression)"
        return _regression(found, Notice(f"{text}: write task=classification if each is a class"))
    text = f"{where}: the whole numbers from {int(least)} to {int(most)} are read as {distinct} classes"
    classes = _classification(found)
    return classes._replace(notices=(Notice(f"{text}: write task=regression to predict a number"),))


def _classification(column: pl.Series) -> DecidedTarget:
    texts = class_texts(column)
    classes = sort_texts(texts.drop_nulls().unique())
    if len(classes) == 1:
        raise Problem(
            f"the target '{column.name}' has only the class '{classes[0]}': nothing can be learned, choose another "
            f"target"
        )
    return DecidedTarget(Target(column.name, "classification", classes), category_codes(texts, classes))


def _regression(found: pl.Series, *notices: Notice) -> DecidedTarget:
    least: Any = found.min()
    if least == found.max():
        raise Problem(
            f"the target '{found.name}' is {least} in all rows: nothing can be learned, choose another target"
        )
    return DecidedTarget(Target(found.name, "regression"), found, notices)
