"""Describes the types of columns, and recognizes those that no input or target can have."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns.texts import is_text


def is_unsupported(dtype: pl.DataType) -> bool:
    """Return whether values are neither numbers, truth values, texts, dates nor durations."""
    return dtype.is_nested() or dtype.base_type() in {pl.Binary, pl.Object}


def describe_type(dtype: pl.DataType) -> str:
    """Return the type of a column in words, for messages."""
    if dtype.is_nested():
        return "lists or objects"
    if is_text(dtype):
        return "texts"
    if dtype.is_numeric():
        return "numbers"
    if dtype.is_temporal():
        return "durations" if dtype == pl.Duration else "dates or times"
    return {pl.Boolean: "truth values", pl.Binary: "bytes"}.get(dtype.base_type(), "Python objects")
