"""Whether a target column is one of classes or of numbers to predict."""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from minidl_core import Notice
from minidl_datasets.table import booleans, dates, numbers
from minidl_datasets.table.choices import Choices
from minidl_datasets.table.dialect import Dialect
from minidl_datasets.table.mixed import found_mixed
from minidl_datasets.table.problem import Problem
from minidl_datasets.table.source import TableSource
from minidl_datasets.table.spelling import codes_of, in_order
from minidl_datasets.table.target import AnyTask, Target
from minidl_datasets.table.target_column import class_texts, is_whole, numbers_of, numbers_to_predict
from minidl_datasets.table.texts import is_text

MAX_CLASSES = 100
"""More different texts than this are not taken for classes on their own."""

MAX_WHOLE_CLASSES = 10
"""More different whole numbers than this are not taken for classes on their own."""

MIN_ROWS = 2
"""Fewer rows a class than this, on average, are not taken for classes on their own."""


class DecidedTarget(NamedTuple):
    """A target with its value in each row, null where it is missing: the number of the class, or the number to predict.

    `notices` tell what could surprise.
    """

    target: Target
    values: pl.Series
    notices: tuple[Notice, ...] = ()


def decide_target(column: pl.Series, source: TableSource, choices: Choices) -> DecidedTarget:
    """Return the target with its task, given or decided by its values, and its classes.

    Args:
        column: the target, null where a value is missing.
        source: the table, for the places of values.
        choices: the settings, of which `task` says what it is.

    Raises:
        Problem: the task does not fit the values, cannot be decided, or there is nothing to learn.
    """
    where = f"the target '{column.name}'"
    if column.null_count() == len(column):
        raise Problem(f"{where} holds no values: choose another target")
    task, dialect = choices.task, choices.dialect
    if task == "auto":
        return _decided_by_values(column, source, choices)
    _refuse_dates(column, task)
    if task == "regression":
        return _regression(numbers_to_predict(column, source, dialect))
    if len(column) < MIN_ROWS * column.n_unique():
        found = numbers_of(column, source, dialect)
        if found is not None and not is_whole(found):
            raise Problem(
                f"{where} has {found.n_unique()} different numbers in {len(column)} rows: write task=regression",
                task="regression",
            )
    return _classification(column)


def _decided_by_values(column: pl.Series, source: TableSource, choices: Choices) -> DecidedTarget:
    _refuse_dates(column, "auto")
    if column.dtype == pl.Boolean or (is_text(column.dtype) and booleans.parsed(column.cast(pl.String)) is not None):
        return _classification(column)
    found = numbers_of(column, source, choices.dialect)
    if found is None:
        _refuse_mixed(column, source, choices)
        _refuse_ambiguous(column)
        return _classification(column)
    if is_text(column.dtype):
        _refuse_lost_spellings(column.cast(pl.String), found, choices.dialect)
    if not is_whole(found):
        return _regression(found)
    least: Any = found.min()
    most: Any = found.max()
    where, distinct, rows = f"target '{column.name}'", found.drop_nulls().n_unique(), len(found) - found.null_count()
    if distinct == 1:
        return _classification(found)
    if distinct > MAX_WHOLE_CLASSES or least not in {0, 1} or most - least >= distinct or rows < MIN_ROWS * distinct:
        told = f"{where}: whole numbers from {int(least)} to {int(most)} are predicted as numbers (a regression)"
        return _regression(found, Notice(f"{told}: write task=classification if each is a class"))
    told = f"{where}: the whole numbers from {int(least)} to {int(most)} are taken for {distinct} classes"
    classes = _classification(found)
    return classes._replace(notices=(Notice(f"{told}: write task=regression to predict a number"),))


def _classification(column: pl.Series) -> DecidedTarget:
    texts = class_texts(column)
    classes = in_order(texts.drop_nulls().unique())
    if len(classes) == 1:
        raise Problem(
            f"the target '{column.name}' has the single class '{classes[0]}': nothing can be learned, choose another "
            f"target"
        )
    return DecidedTarget(Target(column.name, "classification", classes), codes_of(texts, classes))


def _regression(found: pl.Series, *notices: Notice) -> DecidedTarget:
    least: Any = found.min()
    if least == found.max():
        raise Problem(
            f"the target '{found.name}' is {least} in all rows: nothing can be learned, choose another target"
        )
    return DecidedTarget(Target(found.name, "regression"), found, notices)


def _refuse_mixed(column: pl.Series, source: TableSource, choices: Choices) -> None:
    """Refuse numbers with other texts among them, or in another form."""
    mixed = found_mixed(column.cast(pl.String), source, choices) if is_text(column.dtype) else None
    if mixed is not None:
        way = f"write {mixed.way}, or" if mixed.way else "correct them, or write"
        settings = {name: value for name, value in mixed.settings.items() if name != "missing"}
        raise Problem(
            f"the target '{column.name}' {mixed.what}: {way} task=classification if each is a class",
            **(settings or {"task": "classification"}),
        )


def _refuse_ambiguous(column: pl.Series) -> None:
    """Refuse texts that may or may not be classes."""
    distinct, rows = column.drop_nulls().n_unique(), len(column) - column.null_count()
    if distinct == rows > 1:
        raise Problem(f"the target '{column.name}' has another text in each of its {rows} rows: choose another target")
    if distinct > MAX_CLASSES or 1 < distinct > rows / MIN_ROWS:
        raise Problem(
            f"the target '{column.name}' has {distinct} different values in {rows} rows, which may or may not be "
            f"classes: write task=classification if each is a class",
            task="classification",
        )


def _refuse_dates(column: pl.Series, task: AnyTask) -> None:
    """Refuse dates and times, which are no numbers, and hardly classes unless the user says so."""
    if task == "classification":
        return
    texts = column.cast(pl.String) if is_text(column.dtype) else None
    if column.dtype.is_temporal() or (texts is not None and dates.readings(texts)):
        raise Problem(
            f"the target '{column.name}' holds dates or times: write numbers in their place, such as days or years, "
            f"choose another target, or write task=classification if each is a class"
        )
    digits = column if column.dtype.is_integer() else None
    if texts is not None and task == "auto":
        digits = texts.cast(pl.Int64, strict=False) if texts.str.contains(r"^\d{8}$").all() else None
    if task == "auto" and digits is not None and dates.from_digits(digits) is not None:
        raise Problem(
            f"the target '{column.name}' may hold dates, such as {digits.drop_nulls()[0]}: write task=regression if "
            f"they are plain numbers, or task=classification if each is a class",
            task="regression",
        )


def _refuse_lost_spellings(texts: pl.Series, found: pl.Series, dialect: Dialect) -> None:
    """Refuse texts that are codes, perhaps, for as numbers some would be the same, or lose leading zeros."""
    plain = numbers.plain_form(texts, dialect)
    padded = plain.filter(plain.str.contains(r"^[+-]?0[0-9]").fill_null(value=False))
    if len(padded):
        shown = f"'{padded[0]}', whose leading zeros a number would lose"
    else:
        frame = pl.DataFrame({"text": plain, "number": found}).drop_nulls().unique(maintain_order=True)
        twice = frame.filter(pl.col("number").is_duplicated())
        if not twice.height:
            return
        same = twice.filter(pl.col("number") == twice["number"][0])["text"]
        shown = f"'{same[0]}' and '{same[1]}', which are the same number"
    distinct = texts.drop_nulls().n_unique()
    few = distinct <= MAX_CLASSES and MIN_ROWS * distinct <= len(texts)
    raise Problem(
        f"the target '{texts.name}' holds {shown}: write task=classification if each text is a class, or "
        f"task=regression to predict numbers",
        task="classification" if few else "regression",
    )
