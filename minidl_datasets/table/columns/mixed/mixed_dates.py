"""Finds texts among dates: mistakes, marks for missing values, and dates in several formats."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import dates
from minidl_datasets.table.columns.mixed.mixed_column import MixedColumn, could_mark_missing, count_others, mark_missing
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.reading.source import TableSource


def find_mixed_dates(texts: pl.Series, source: TableSource, settings: ColumnSettings) -> MixedColumn | None:
    """Return the problem of texts that are not all dates; None if they are categories.

    Args:
        texts: the column, null where a value is missing.
        source: the table, for places and other columns.
        settings: how missing values are written and treated.
    """
    like = texts.str.contains(dates.LIKE_DATE)
    found, values = int(like.sum()), len(texts) - texts.null_count()
    if not found:
        return None
    rows = (~like).arg_true()
    others, shown = texts.gather(rows), source.examples(texts, rows)
    spellings = others.unique(maintain_order=True)
    if len(others) and could_mark_missing(spellings, usual_only=2 * found < values):
        mixed = mark_missing("dates", spellings, shown, source, settings)
        return MixedColumn(mixed.what, mixed.solution, {**mixed.settings, "dates": (texts.name,)})
    if 2 * found < values:
        return None
    solution = "dates as 2024-03-31 instead"
    if not len(others):
        shown = source.examples(texts, pl.Series([dates.first_unparsed(texts)]))
        return MixedColumn(f"contains dates in several formats, or texts that are not dates, such as {shown}", solution)
    return MixedColumn(f"should contain dates, but {count_others(len(others), values)}, such as {shown}", solution)
