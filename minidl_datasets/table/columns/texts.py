"""Texts of tables, and which of them stand for a missing value."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.reading.dialect import Dialect


def is_text(dtype: pl.DataType) -> bool:
    """Return whether a column of a type holds texts."""
    return dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}


def missing_to_null(column: pl.Series, dialect: Dialect) -> pl.Series:
    """Return a column with null for all that counts as missing: NaN, an empty text, and the dialect's texts for it."""
    if column.dtype.is_float():
        return column.fill_nan(None)
    if not is_text(column.dtype):
        return column
    texts = column.cast(pl.String).str.strip_chars()
    return texts.set(texts.is_in(["", *dialect.missing_values]), None)


def missing_texts_in(frame: pl.DataFrame, dialect: Dialect) -> list[str]:
    """Return the dialect's texts for a missing value that a table has."""
    columns = [column.cast(pl.String).str.strip_chars() for column in frame if is_text(column.dtype)]
    return [text for text in dialect.missing_values if any((column == text).any() for column in columns)]
