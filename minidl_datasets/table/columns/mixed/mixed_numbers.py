"""Finds texts among numbers: mistakes, marks for missing values, and numbers in another format."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from minidl_datasets.table.columns import numbers
from minidl_datasets.table.columns.categories import could_be_category
from minidl_datasets.table.columns.currency_and_units import are_numbers_with_unit, share_without_letters
from minidl_datasets.table.columns.mixed.mixed_column import (
    USUAL,
    MixedColumn,
    could_mark_missing,
    count_others,
    mark_missing,
)
from minidl_datasets.table.columns.mixed.number_format import find_number_format
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.problems.quoted_table_text import quote
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

RANGE = r"^(([<>≤≥=]|up to|over|under)+ *[0-9.,]+.*|[0-9.,]+ *(\+|(-|–|to|/) *[0-9.,]+.*)|\d+\.\d+(\.\d+)+)$"
"""A range of numbers, an open range, or a code of several numbers: 25-34, <25, 3+, 112/114, 1.10.3."""

FEWEST_NUMBERS = 3
"""Texts beside fewer different numbers than this are categories, unless they usually mark missing values."""

FEW_CATEGORIES = 10
"""Up to this many different texts such as `5%` may be categories."""

MIN_SHARE = 0.5
"""If at least this share of the texts has no letters, the others count as mistakes."""


def find_mixed_numbers(texts: pl.Series, source: TableSource, settings: ColumnSettings) -> MixedColumn | None:
    """Return the problem of texts that are not all plain numbers; None if they are categories.

    Args:
        texts: the column, null where a value is missing.
        source: the table, for places and other columns.
        settings: how numbers and missing values are written, and how missing values are treated.
    """
    if (other_format := find_number_format(texts, source, settings.dialect)) is not None:
        return other_format
    floats = numbers.floats_of(numbers.plain_form(texts, settings.dialect))
    found = len(floats) - floats.null_count()
    if not found:
        return _find_units(texts, settings.dialect)
    rows = (floats.is_null() & texts.is_not_null()).arg_true()
    others, shown = texts.gather(rows), source.examples(texts, rows)
    spellings = others.unique(maintain_order=True)
    if could_mark_missing(spellings, usual_only=floats.drop_nulls().n_unique() < FEWEST_NUMBERS):
        mixed = mark_missing("numbers", spellings, shown, source, settings)
        codes = floats.n_unique() <= FEW_CATEGORIES and not spellings.str.contains(USUAL).all()
        return replace(mixed, settings={}) if codes else mixed  # codes such as K, 1, 2, 3 may also be categories
    if others.str.contains(RANGE).all() and could_be_category(texts.drop_nulls(), settings.max_categories):
        return None
    if found < len(others):
        return _find_units(texts, settings.dialect)
    return MixedColumn(f"should contain numbers, but {count_others(len(others), found + len(others))}, such as {shown}")


def _find_units(texts: pl.Series, dialect: Dialect) -> MixedColumn | None:
    """Return the problem that texts are numbers with currencies or units, if there are more than a few."""
    values = texts.drop_nulls()
    if values.str.contains(RANGE).sum() > len(values) / 2 or values.n_unique() <= FEW_CATEGORIES:
        return None
    if not are_numbers_with_unit(values) and share_without_letters(values) < MIN_SHARE:
        return None
    others = texts.gather(numbers.rows_without_numbers(texts, dialect))
    shown = quote(others.filter(others.str.contains("[0-9]"))[0])
    return MixedColumn(f"contains numbers in another format, such as {shown}")
