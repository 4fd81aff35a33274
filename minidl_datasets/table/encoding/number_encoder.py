"""Encodes a number as an input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_core import DataError
from minidl_datasets.table.encoding.exact_numbers import difference, nearest_representable

FAR = 4096
"""A mean this many deviations from 0 costs 1e-12 of a deviation as a float, so an offset is subtracted first."""


class Spread(NamedTuple):
    """The mean, `offset` + `mean`, and the population deviation of numbers, exactly 0 for a constant.

    The offset is a number in Python syntax, because a float may not represent it exactly.
    """

    offset: str
    mean: float
    deviation: float


@dataclass(frozen=True)
class NumberEncoder:
    """A number, z = (x - offset - mean) / deviation; a missing number becomes the mean.

    The offset is 0 unless the mean is far from 0 relative to the deviation, as for numbers beyond 2**53 with small
    differences: x - offset is exact for any number of digits. A deviation of 0 means a constant, which becomes 0 for
    all data. Without a deviation z = x.
    """

    name: str
    mean: float
    deviation: float | None
    offset: str = "0"

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the input."""
        return (self.name,)

    def encode(self, column: pl.Series, out: NDArray[np.floating]) -> None:
        """Write the inputs for a column of numbers to `out`, `(rows, 1)`; computed in float64."""
        column = difference(column, self.offset)
        values = (column.fill_null(self.mean) if column.null_count() else column).to_numpy()
        if self.deviation is not None:
            values = (values - self.mean) * (1 / self.deviation if self.deviation else 0.0)
        out[:, 0] = values

    @classmethod
    def fit(cls, column: pl.Series, where: str, *, standardize: bool) -> NumberEncoder:
        """Return the encoder fitted to the training rows that have a value."""
        spread = compute_spread(column, where)
        if standardize:
            return cls(column.name, spread.mean, spread.deviation, spread.offset)
        return cls(column.name, float(spread.offset) + spread.mean, None)


def compute_spread(column: pl.Series, where: str) -> Spread:
    """Return the mean and deviation of the numbers of a column that are not missing.

    Raises:
        DataError: there are no values, or floats cannot represent the result.
    """
    least: Any = column.min()  # Any, because polars returns a union of all types
    if least is None:
        raise no_values_error(column.name, where)
    if least == column.max():
        return Spread("0", float(least), 0.0)
    mean, deviation = _moments(column.cast(pl.Float64))
    if not math.isfinite(mean) or abs(mean) <= FAR * deviation < math.inf:
        return _usable(Spread("0", mean, deviation), column.name, where)
    offset = nearest_representable(column, mean)
    return _usable(Spread(offset, *_moments(difference(column, offset))), column.name, where)


def _moments(values: pl.Series) -> tuple[float, float]:
    mean: Any = values.mean()
    deviation: Any = (values - mean).std(ddof=0)  # the mean is subtracted first, because polars would lose digits
    return mean, deviation


def _usable(spread: Spread, name: str, where: str) -> Spread:
    if not (math.isfinite(spread.mean) and 0 < spread.deviation < math.inf):
        raise DataError(f"{where}: the numbers of '{name}' are too large or too close together: rescale them")
    return spread


def no_values_error(column: str, where: str) -> DataError:
    """Return the error that a column has no value in the training rows."""
    return DataError(f"{where}: '{column}' has no value in any training row: write ignore={column}")
