"""From columns of a table to inputs of a network, as fixed by the training rows."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_core import DataError


@dataclass(frozen=True)
class NumberEncoder:
    """A number, z = (x - mean) / deviation; a missing one counts as the mean.

    A deviation of 0 is that of a constant, which becomes 0 for all data. Without a deviation z = x.
    """

    name: str
    mean: float
    deviation: float | None

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the one input."""
        return (self.name,)

    def encode(self, column: pl.Series, out: NDArray[np.floating]) -> None:
        """Write the inputs for a column of floats to `out`, `(rows, 1)`; computed in float64 whatever their type."""
        column = column.cast(pl.Float64)
        values = (column.fill_null(self.mean) if column.null_count() else column).to_numpy()
        if self.deviation is not None:
            values = (values - self.mean) * (1 / self.deviation if self.deviation else 0.0)
        out[:, 0] = values

    @classmethod
    def fit(cls, column: pl.Series, where: str, *, standardize: bool) -> NumberEncoder:
        """Return the encoder by mean and (population) deviation of the training rows that have a value."""
        mean, deviation = mean_and_deviation(column, where)
        return cls(column.name, mean, deviation if standardize else None)


@dataclass(frozen=True)
class TextEncoder:
    """A category, one-hot; a missing one and one that the training rows do not have are all zeros."""

    name: str
    categories: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, one for each category."""
        return tuple(f"{self.name}={category}" for category in self.categories)

    def encode(self, column: pl.Series, out: NDArray[np.floating]) -> None:
        """Write the inputs for a column of texts to `out`, `(rows, categories)`."""
        codes = codes_of(column, self.categories).fill_null(-1).to_numpy()
        np.equal(codes[:, None], np.arange(len(self.categories)), out=out, casting="unsafe")

    @classmethod
    def fit(cls, column: pl.Series, where: str) -> TextEncoder:
        """Return the encoder by the categories of the training rows, in order; numbers in that of numbers."""
        texts = column.drop_nulls().unique().sort()
        if not len(texts):
            raise _no_values(column.name, where)
        numbers = texts.cast(pl.Float64, strict=False)
        if not numbers.null_count():
            texts = texts.gather(numbers.arg_sort())
        return cls(column.name, tuple(texts))


Encoder = NumberEncoder | TextEncoder


def restored(saved: dict[str, Any]) -> Encoder:
    """Return the encoder of which `plain` made JSON values."""
    if "categories" in saved:
        return TextEncoder(saved["name"], tuple(saved["categories"]))
    return NumberEncoder(saved["name"], saved["mean"], saved["deviation"])


def plain(encoder: Encoder) -> dict[str, Any]:
    """Return an encoder as JSON values."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(encoder).items()}


def codes_of(texts: pl.Series, categories: tuple[str, ...]) -> pl.Series:
    """Return the position of each text among the categories, null where it is missing or none of them."""
    return texts.cast(pl.Enum(categories), strict=False).to_physical().cast(pl.Int64)


def mean_and_deviation(column: pl.Series, where: str) -> tuple[float, float]:
    """Return mean and (population) deviation, the latter exactly 0 for a constant.

    Raises:
        DataError: there are no values, or floats are not wide enough for them.
    """
    values: Any = column.cast(pl.Float64)  # Any, for polars types what it finds by what any column may hold
    least = values.min()
    if least is None:
        raise _no_values(column.name, where)
    if least == values.max():
        return least, 0.0
    mean = values.mean()
    deviation = (values - mean).std(ddof=0)  # without the mean, beside which polars would lose digits
    if not (math.isfinite(mean) and 0 < deviation < math.inf):
        raise DataError(f"{where}: the numbers of '{column.name}' are too large or too close together: rescale them")
    return mean, deviation


def _no_values(column: str, where: str) -> DataError:
    return DataError(f"{where}: '{column}' has no value in any training row: write ignore={column}")
