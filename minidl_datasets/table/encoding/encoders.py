"""Fits an encoder to each column of the training rows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.columns.column import Kind
from minidl_datasets.table.encoding.date_encoder import DateEncoder
from minidl_datasets.table.encoding.number_encoder import NumberEncoder
from minidl_datasets.table.encoding.text_encoder import TextEncoder

Encoder = NumberEncoder | TextEncoder | DateEncoder


def fit_encoders(features: pl.DataFrame, where: str, *, standardize: bool) -> tuple[Encoder, ...]:
    """Return an encoder for each column, fitted to the training rows.

    Raises:
        DataError: a column has no value in the training rows, or all columns are constant.
    """
    if all(_is_constant(column) for column in features):
        raise DataError(f"{where}: every column is constant in the training rows: add one that varies")
    return tuple(_fit(column, where, standardize=standardize) for column in features)


def column_kind_of(encoder: Encoder) -> Kind:
    """Return the kind of column that an encoder encodes."""
    if isinstance(encoder, TextEncoder):
        return "text"
    return "date" if isinstance(encoder, DateEncoder) else "number"


def is_raw(encoder: Encoder) -> bool:
    """Return whether an encoder does not standardize numbers."""
    return isinstance(encoder, NumberEncoder) and encoder.deviation is None


def encoder_to_json(encoder: Encoder) -> dict[str, Any]:
    """Return an encoder as JSON values."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(encoder).items()}


def _fit(column: pl.Series, where: str, *, standardize: bool) -> Encoder:
    if column.dtype == pl.String:
        return TextEncoder.fit(column, where)
    if column.dtype.is_temporal():
        return DateEncoder.fit(column, where, standardize=standardize)
    return NumberEncoder.fit(column, where, standardize=standardize)


def _is_constant(column: pl.Series) -> bool:
    """Return whether a column gives the same inputs for all rows; a missing number becomes the mean."""
    if column.dtype == pl.String:
        return column.n_unique() == 1
    return bool(column.min() == column.max())
