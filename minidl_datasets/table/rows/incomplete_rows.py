"""Drops and counts the rows of a table whose target or inputs are missing."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.rows.typed_rows import Rows

MANY = 0.2
"""Dropping more than this share of the rows gives a warning."""


class Counts(NamedTuple):
    """The number of rows of a table, and how many are dropped because the target or an input is missing."""

    read: int
    without_target: int
    with_missing_inputs: int

    @property
    def dropped(self) -> int:
        """The number of dropped rows."""
        return self.without_target + self.with_missing_inputs

    def plus(self, other: Counts) -> Counts:
        """Return the sum of the counts of two tables."""
        return Counts(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))

    def to_json(self) -> dict[str, int]:
        """Return the counts under the keys of `Data.rows`."""
        read, *reasons = self._asdict().items()
        return dict([read, ("dropped", self.dropped), *reasons])

    def notices(self, name: str) -> tuple[Notice, ...]:
        """Return a warning if many rows are dropped."""
        if self.dropped <= MANY * self.read:
            return ()
        return (
            Notice(
                f"{name}: {self.dropped} of {self.read} rows are dropped ({self.without_target} without a target, "
                f"{self.with_missing_inputs} with missing inputs)",
                warning=True,
            ),
        )


def drop_incomplete_rows(rows: Rows, read: int, missing: Missing) -> tuple[Rows, Counts]:
    """Return the rows and the counts; `missing=drop` drops rows with a missing input.

    Args:
        rows: the rows with a target.
        read: the number of rows that were read.
        missing: how missing inputs are treated.
    """
    total = rows.features.height
    if missing == "drop":
        rows = rows.filter(rows.features.select(~pl.any_horizontal(pl.all().is_null())).to_series())
    return rows, Counts(read, read - total, total - rows.features.height)
