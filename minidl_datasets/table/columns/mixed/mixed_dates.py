"""Texts with dates among them that are no dates."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import dates
from minidl_datasets.table.columns.mixed.mixed_numbers import MixedColumn, missing_placeholder, stand_for_missing
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.reading.source import TableSource


def find_mixed_dates(texts: pl.Series, source: TableSource, settings: ColumnSettings) -> MixedColumn | None:
    """Return what is amiss with texts, not all of which are dates; None where nothing is.

    Args:
        texts: the column, null where missing.
        source: the table, for places and other columns.
        settings: how missing values are written, and what is done about them.
    """
    like = texts.str.contains(dates.LIKE_DATE)
    found, values = int(like.sum()), len(texts) - texts.null_count()
    if not found:
        return None
    rows = (~like).arg_true()
    others, shown = texts.gather(rows), source.examples(texts, rows)
    spellings = others.unique(maintain_order=True)
    if len(others) and stand_for_missing(spellings, usual_only=2 * found < values):
        mixed = missing_placeholder("dates", spellings, shown, source, settings)
        return MixedColumn(mixed.what, mixed.way, {**mixed.settings, "dates": (texts.name,)})
    if 2 * found < values:
        return None
    way = "dates as 2024-03-31 in their place"
    if not len(others):
        row = dates.first_unparsed(texts)
        return MixedColumn(
            f"holds dates in several forms, or none, such as {source.examples(texts, pl.Series([row]))}", way
        )
    verb = "is" if len(others) == 1 else "are"
    return MixedColumn(f"should hold dates, but {len(others)} of its {values} values {verb} not, such as {shown}", way)
