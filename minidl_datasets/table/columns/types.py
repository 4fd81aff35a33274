"""Types of columns, in words, and those that no input or target has."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns.texts import is_text


def is_unsupported(dtype: pl.DataType) -> bool:
    """Return whether values are neither numbers, truth values, texts, dates nor spans of time."""
    return dtype.is_nested() or dtype.base_type() in {pl.Binary, pl.Object}


def describe_type(dtype: pl.DataType) -> str:
    """Return what a column of a type holds, for messages."""
    if dtype.is_nested():
        return "lists or objects"
    if is_text(dtype):
        return "texts"
    if dtype.is_numeric():
        return "numbers"
    if dtype.is_temporal():
        return "spans of time" if dtype == pl.Duration else "dates or times"
    return {pl.Boolean: "truth values", pl.Binary: "bytes"}.get(dtype.base_type(), "objects of Python")
