"""Columns of texts, and the texts in them that mark a missing value."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.reading.dialect import Dialect


def is_text(dtype: pl.DataType) -> bool:
    """Return whether a type is that of texts."""
    return dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}


def missing_to_null(column: pl.Series, dialect: Dialect) -> pl.Series:
    """Return a column with null for each missing value: NaN, an empty text, and the texts of the dialect."""
    if column.dtype.is_float():
        return column.fill_nan(None)
    if not is_text(column.dtype):
        return column
    texts = column.cast(pl.String).str.strip_chars()
    return texts.set(texts.is_in(["", *dialect.missing_values]), None)


def missing_texts_in(frame: pl.DataFrame, dialect: Dialect) -> list[str]:
    """Return the texts of the dialect for missing values that occur in a table."""
    columns = [column.cast(pl.String).str.strip_chars() for column in frame if is_text(column.dtype)]
    return [text for text in dialect.missing_values if any((column == text).any() for column in columns)]
