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
    return texts_of(column)


def texts_of(column: pl.Series) -> pl.Series:
    """Return a column as texts; a whole number is written as one, also where the column holds floats."""
    if not column.dtype.is_float():
        return column.cast(pl.String)
    column = column.cast(pl.Float64).fill_nan(None)
    whole = (column == column.floor()) & (column.abs() < 2**53)
    integers = column.cast(pl.Int64, strict=False).cast(pl.String)
    return integers.zip_with(whole, column.cast(pl.String))


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
