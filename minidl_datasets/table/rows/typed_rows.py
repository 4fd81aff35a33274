"""Rows of a table with typed inputs and targets, before they are encoded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray


@dataclass(frozen=True)
class Rows:
    """Typed inputs, null where a value is missing, and targets: class indices or numbers to predict."""

    features: pl.DataFrame
    targets: pl.Series

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Return the rows with the given ascending indices."""
        chosen = np.zeros(self.features.height, dtype=bool)
        chosen[rows] = True
        return self.filter(pl.Series(chosen))

    def filter(self, kept: pl.Series) -> Rows:
        """Return the rows for which `kept` is true."""
        # Much faster than gathering rows if the table is in several chunks.
        return Rows(self.features.filter(kept), self.targets.filter(kept))
