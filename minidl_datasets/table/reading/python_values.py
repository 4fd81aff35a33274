"""Turns Python values, which may have several types, into a column."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
from polars.exceptions import PolarsError


def to_series(name: str, values: Iterable[Any]) -> pl.Series:
    """Return a column of one type: floats if whole numbers and floats are mixed, texts for other mixed types.

    None, NaN, and the missing values of pandas become null.
    """
    plain = [_plain(value) for value in values]
    types = {type(value) for value in plain if value is not None}
    if len(types) > 1 and types != {int, float}:
        return pl.Series(name, [None if value is None else _written(value) for value in plain], dtype=pl.String)
    try:
        if types == {int}:
            return pl.Series(name, plain, dtype=pl.Int64 if _fits_int64(plain) else pl.Int128)
        return pl.Series(name, plain, dtype=pl.Float64 if float in types else None)
    except (PolarsError, OverflowError, TypeError, ValueError):
        return pl.Series(name, [None if value is None else _written(value) for value in plain], dtype=pl.String)


def _plain(value: Any) -> Any:
    """Return a value as a plain Python value, None if it is missing."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    if type(value).__name__ in {"NAType", "NaTType"}:  # of pandas, which may not be installed
        return None
    return str(value) if isinstance(value, str) else value


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fits_int64(values: list[int | None]) -> bool:
    return all(value is None or -(2**63) <= value < 2**63 for value in values)
