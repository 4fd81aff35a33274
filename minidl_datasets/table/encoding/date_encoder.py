"""Encodes a date or a time as inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_datasets.table.encoding.number_encoder import NumberEncoder, no_values_error

DAY = 86_400_000_000
"""A day in microseconds."""

Part = Callable[[pl.Series, pl.Series], pl.Series]

PARTS: dict[str, Part] = {
    "year": lambda moments, _: moments.dt.year(),
    "month": lambda moments, _: moments.dt.month(),
    "day": lambda moments, _: moments.dt.day(),
    "weekday": lambda moments, _: moments.dt.weekday(),
    "seconds": lambda moments, _: (moments.to_physical() % DAY) / 1e6,
    "days": lambda moments, first: (moments.to_physical() - first.to_physical()) / DAY,
}
"""The numbers of a date: year to weekday (Monday is 1), seconds of the day, days since the first date."""


@dataclass(frozen=True)
class DateEncoder:
    """A date or a time as numbers: year, month, day, weekday (Monday is 1), seconds of the day, days since the first.

    Parts that are constant in the training rows are dropped; a time of day has only seconds. Each part is encoded as a
    number; a missing date becomes the mean of each part.
    """

    name: str
    first: str
    """The first date of the training rows, in ISO form."""
    parts: tuple[NumberEncoder, ...]
    """The parts that vary, named `column.part`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs, one for each part."""
        return tuple(part.name for part in self.parts)

    def encode(self, column: pl.Series, out: NDArray[np.floating]) -> None:
        """Write the inputs for a column of dates or times to `out`, `(rows, parts)`."""
        moments, first = _moments(column), pl.Series([datetime.fromisoformat(self.first)])
        for position, part in enumerate(self.parts):
            values = PARTS[part.name.removeprefix(f"{self.name}.")](moments, first)
            part.encode(values, out[:, position : position + 1])

    @classmethod
    def fit(cls, column: pl.Series, where: str, *, standardize: bool) -> DateEncoder:
        """Return the encoder fitted to the training rows that have a value."""
        moments = _moments(column.drop_nulls())
        if not len(moments):
            raise no_values_error(column.name, where)
        first: Any = moments.min()
        available = {"seconds": PARTS["seconds"]} if column.dtype == pl.Time else PARTS
        values = (part(moments, pl.Series([first])).alias(f"{column.name}.{name}") for name, part in available.items())
        varying = (value for value in values if value.n_unique() > 1)
        parts = tuple(NumberEncoder.fit(value, where, standardize=standardize) for value in varying)
        return cls(column.name, first.isoformat(), parts)


def _moments(column: pl.Series) -> pl.Series:
    """Return dates and times as datetimes in microseconds; a time of day is on the first day of 1970."""
    if column.dtype == pl.Time:
        return (column.to_physical() // 1000).cast(pl.Datetime("us"))
    return column.cast(pl.Datetime("us"))
