"""Exact differences of numbers that floats cannot represent, such as whole numbers beyond 2**53."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import polars as pl

SAFE = 2.0**126
"""Differences below this do not overflow 128 bits."""

LARGEST = 2**127 - 1
"""The largest whole number of 128 bits."""


def difference(column: pl.Series, offset: str) -> pl.Series:
    """Return the numbers of a column minus an offset as Float64, rounded only once; null where a number is missing.

    Args:
        column: floats, integers or decimals.
        offset: a number in Python syntax, with any number of digits.
    """
    exact = Fraction(offset)
    if not exact:
        return column.cast(pl.Float64)
    units, scale = _units(column)
    shifted = exact * 10**scale
    whole = math.floor(shifted)
    if units is None or not -LARGEST - 1 <= whole <= LARGEST:
        high = float(exact)
        return (column.cast(pl.Float64) - high) - float(exact - Fraction(high))
    rough = units.cast(pl.Float64) - float(whole)
    fine = (units - pl.Series([whole], dtype=pl.Int128)).cast(pl.Float64) - float(shifted - whole)
    return fine.zip_with(rough.abs() < SAFE, rough) / float(10**scale)


def nearest_representable(column: pl.Series, number: float) -> str:
    """Return the number nearest to another one that the type of a column can represent, within the column's range."""
    units, scale = _units(column)
    if units is None:
        return repr(number)
    least: Any = units.min()
    most: Any = units.max()
    rounded = min(max(round(Fraction(number) * 10**scale), least), most)
    return f"{rounded}e-{scale}" if scale else str(rounded)


def loses_digits(column: pl.Series) -> bool:
    """Return whether different numbers of a column become the same float."""
    if column.dtype.is_float() or not len(column):
        return False
    floats = column.cast(pl.Float64)
    bound: Any = floats.abs().max()
    return bool(bound and (bound >= 2.0**53 or column.dtype.is_decimal()) and floats.n_unique() < column.n_unique())


def _units(column: pl.Series) -> tuple[pl.Series | None, int]:
    """Return the unscaled integers of a column and its scale (a power of ten); None for floats."""
    if column.dtype.is_decimal():
        return column.to_physical().cast(pl.Int128), int(column.dtype.scale)  # type: ignore[attr-defined]
    if column.dtype.is_integer():
        return column.cast(pl.Int128), 0
    return None, 0
