"""The rows of a table: what to predict from, and what to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_core import Notice
from minidl_datasets.table.columns.missing import Missing

MANY = 0.2
"""Leaving out more than this share of the rows draws a warning."""


class Counts(NamedTuple):
    """How many rows a table has, and how many are left out for lack of a target or of inputs."""

    read: int
    without_target: int
    with_missing_inputs: int

    @property
    def dropped(self) -> int:
        """The number of rows that are left out."""
        return self.without_target + self.with_missing_inputs

    def plus(self, other: Counts) -> Counts:
        """Return the counts of two tables."""
        return Counts(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))

    def to_json(self) -> dict[str, int]:
        """Return the counts under the keys of `Data.rows`."""
        read, *reasons = self._asdict().items()
        return dict([read, ("dropped", self.dropped), *reasons])

    def notices(self, name: str) -> tuple[Notice, ...]:
        """Return a warning where much of a table is left out."""
        if self.dropped <= MANY * self.read:
            return ()
        return (
            Notice(
                f"{name}: {self.dropped} of {self.read} rows are left out ({self.without_target} without a target, "
                f"{self.with_missing_inputs} for missing inputs)",
                warning=True,
            ),
        )


@dataclass(frozen=True)
class Rows:
    """Inputs in the types of their kinds, null where missing; targets as codes of classes, or as numbers to predict."""

    features: pl.DataFrame
    targets: pl.Series

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Return some of the rows, whose numbers ascend."""
        chosen = np.zeros(self.features.height, dtype=bool)
        chosen[rows] = True
        return self.filter(pl.Series(chosen))

    def filter(self, kept: pl.Series) -> Rows:
        """Return the rows for which `kept` is true."""
        # Many times as quick as to gather the rows, where the table is in several pieces.
        return Rows(self.features.filter(kept), self.targets.filter(kept))


def drop_incomplete_rows(rows: Rows, read: int, missing: Missing) -> tuple[Rows, Counts]:
    """Return the rows to work with, and the counts; with `missing=drop`, rows that lack an input are left out.

    Args:
        rows: those that have a target.
        read: how many there were before.
        missing: what to do about missing inputs.
    """
    total = rows.features.height
    if missing == "drop":
        rows = rows.filter(rows.features.select(~pl.any_horizontal(pl.all().is_null())).to_series())
    return rows, Counts(read, read - total, total - rows.features.height)
