"""Decides whether texts are categories, or identify rows."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns.column import Column
from minidl_datasets.table.columns.currency_and_units import are_numbers_with_unit
from minidl_datasets.table.columns.notices import constant_notice
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.quoted_table_text import quote
from minidl_datasets.table.problems.setting_text import format_setting

MIN_ROWS = 2
"""The minimum average number of rows per category or class; with fewer, texts identify rows."""


def to_category(texts: pl.Series, most: int, *, listed: bool = False) -> Column:
    """Return a column of categories.

    Args:
        texts: the categories, null where a value is missing.
        most: the maximum number of categories.
        listed: whether the user lists the column as categories, so that they may identify rows.

    Raises:
        Problem: there are too many categories, or they identify rows.
    """
    name, values = texts.name, texts.drop_nulls()
    found = values.n_unique()
    if listed and found > most:
        raise Problem(
            f"column '{name}' has {found} different values, more than max_categories={most}: write "
            f"max_categories={found} if each is a category, or {format_setting('ignore', name)}",
            max_categories=found,
        )
    if not listed and not has_enough_rows(values):
        raise _identifying(values, found, most)
    if found > most:
        raise Problem(
            f"column '{name}' has {found} different texts, more than max_categories={most}: write "
            f"{format_setting('ignore', name)}, or max_categories={found} if each is a category",
            ignore=(name,),
        )
    notices = (constant_notice(name, quote(values[0])),) if found == 1 else ()
    return Column("text", texts, notices)


def could_be_category(values: pl.Series, most: int) -> bool:
    """Return whether texts are few enough, with enough rows each, to be categories."""
    return values.n_unique() <= most and has_enough_rows(values)


def has_enough_rows(column: pl.Series) -> bool:
    """Return whether a value has enough rows, on average, to be a category or a class."""
    values = column.drop_nulls()
    return len(values) >= MIN_ROWS * values.n_unique()


def _identifying(values: pl.Series, found: int, most: int) -> Problem:
    name = values.name
    more = f":max_categories={found}" if found > most else ""
    solutions = (
        f"{format_setting('ignore', name)}, or {format_setting('categorical', name)}{more} if each is a category"
    )
    if are_numbers_with_unit(values):
        return Problem(
            f"column '{name}' contains numbers in another format, such as {quote(values[0])}: write plain numbers "
            f"instead, {solutions}",
            ignore=(name,),
        )
    counted = f"{found} different texts in {len(values)} rows" if found > 1 else "a text in only one row"
    return Problem(
        f"column '{name}' has {counted}, such as {quote(values[0])}, so it identifies rows: write {solutions}",
        ignore=(name,),
    )
