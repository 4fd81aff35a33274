"""Refuses targets that could be classes or numbers: the setting `task` must decide."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import dates, numbers
from minidl_datasets.table.columns.categories import has_enough_rows
from minidl_datasets.table.columns.mixed.mixed_numbers import find_mixed_numbers
from minidl_datasets.table.columns.settings import AnyTask, ColumnSettings
from minidl_datasets.table.columns.texts import is_text
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

MAX_CLASSES = 100
"""The maximum number of different texts that are classes unless `task` says so."""


def refuse_mixed(column: pl.Series, source: TableSource, settings: ColumnSettings) -> None:
    """Refuse numbers with other texts among them, or in another format."""
    mixed = find_mixed_numbers(column.cast(pl.String), source, settings) if is_text(column.dtype) else None
    if mixed is not None:
        solution = mixed.solution or "plain numbers"
        proposed = {name: value for name, value in mixed.settings.items() if name != "missing"}
        raise Problem(
            f"the target '{column.name}' {mixed.what}: write {solution}, or task=classification if each is a class",
            **(proposed or _as_frequent_classes(column)),
        )


def refuse_ambiguous(column: pl.Series) -> None:
    """Refuse texts that may or may not be classes."""
    where, values = f"the target '{column.name}'", column.drop_nulls()
    distinct, rows = values.n_unique(), len(values)
    if distinct <= MAX_CLASSES and has_enough_rows(values):
        return
    if distinct == rows:
        raise Problem(f"{where} has a different text in each of its {rows} rows: choose another target")
    raise Problem(
        f"{where} has {distinct} different values in {rows} rows, which may or may not be classes: write "
        f"task=classification if each is a class, or choose another target",
        **_as_frequent_classes(values),
    )


def refuse_dates(column: pl.Series, task: AnyTask) -> None:
    """Refuse dates and times, which are not numbers, and classes only with `task=classification`."""
    if task == "classification":
        return
    texts = column.cast(pl.String) if is_text(column.dtype) else None
    if column.dtype.is_temporal() or (texts is not None and dates.interpretations(texts)):
        raise Problem(
            f"the target '{column.name}' contains dates or times: write numbers instead, such as days or years, "
            f"choose another target, or write task=classification if each is a class",
            **_as_classes(column),
        )
    digits = column if column.dtype.is_integer() else None
    if texts is not None and task == "auto":
        digits = texts.cast(pl.Int64, strict=False) if texts.str.contains(r"^\d{8}$").all() else None
    if task == "auto" and digits is not None and dates.parse_digits(digits) is not None:
        raise Problem(
            f"the target '{column.name}' may contain dates, such as {digits.drop_nulls()[0]}: write task=regression if "
            f"they are plain numbers, or task=classification if each is a class",
            task="regression",
        )


def refuse_lost_spellings(texts: pl.Series, found: pl.Series, dialect: Dialect) -> None:
    """Refuse texts that may be codes, because some become the same number, or lose leading zeros."""
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
    raise Problem(
        f"the target '{texts.name}' contains {shown}: write task=classification if each text is a class, or "
        f"task=regression to predict numbers",
        **(_as_classes(texts) or {"task": "regression"}),
    )


def _as_frequent_classes(column: pl.Series) -> dict[str, str]:
    """Return the setting to propose for values that may be classes: none unless they have enough rows."""
    return {"task": "classification"} if has_enough_rows(column) else {}


def _as_classes(column: pl.Series) -> dict[str, str]:
    """Return the setting to propose for values that may be classes: none unless they are few, with enough rows."""
    return _as_frequent_classes(column) if column.drop_nulls().n_unique() <= MAX_CLASSES else {}
