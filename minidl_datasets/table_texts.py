"""The texts of tables: which stand for a missing value, and which for a number."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from minidl_core import DataError

MISSING_TEXTS = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?"]
"""What separated text writes where a value is missing."""


def is_text(dtype: pl.DataType) -> bool:
    """Return whether a column of a type holds texts."""
    return dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}


def as_texts(column: pl.Series, name: str) -> pl.Series:
    """Return a column as texts, null where a value is missing; `name` is the table's.

    Raises:
        DataError: its values cannot be written as texts.
    """
    if column.dtype.is_nested() or column.dtype.base_type() in {pl.Binary, pl.Object}:
        raise DataError(f"{name}: column '{column.name}' should hold texts, not {column.dtype}: write it as text")
    if column.dtype.is_float():
        column = column.fill_nan(None)
    return column.cast(pl.String)


def tidied(frame: pl.DataFrame, as_text: Collection[str]) -> pl.DataFrame:
    """Return the table with its texts stripped, and as numbers where they are all numbers, but for columns `as_text`.

    Polars takes ` 2` and `+2` for texts.
    """
    return frame.with_columns(
        _tidied(column, keep=column.name in as_text) for column in frame if column.dtype == pl.String
    )


def _tidied(column: pl.Series, *, keep: bool) -> pl.Series:
    stripped = column.str.strip_chars()
    texts = stripped.set(stripped.is_in(MISSING_TEXTS), None)
    for number in (pl.Int64, pl.Float64):
        numbers = texts.cast(number, strict=False)
        if not keep and numbers.null_count() == texts.null_count() < len(texts):
            return numbers
    return texts
