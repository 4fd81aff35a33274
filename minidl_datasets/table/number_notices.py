"""What is told of a column of numbers."""

from __future__ import annotations

from typing import Any

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.listing import written

FEWEST = 3
"""Fewer rows than this are numbered by chance."""


def notices_of(values: pl.Series) -> tuple[Notice, ...]:
    """Return whether a column is constant, or numbers the rows."""
    least: Any = values.min()
    largest: Any = values.max()
    if least == largest:
        return (Notice(f"column '{values.name}' is constant ({least:.15g}) and tells nothing: it becomes 0"),)
    if largest - least == len(values) - 1 and _numbers_rows(values):
        return (
            Notice(
                f"column '{values.name}' numbers the rows, from {least:.15g} to {largest:.15g}: if that means nothing, "
                f"write {written('ignore', values.name)}",
                warning=True,
            ),
        )
    return ()


def _numbers_rows(values: pl.Series) -> bool:
    """Return whether numbers, which span as many values as there are rows, are whole and all different."""
    if len(values) < FEWEST or values.null_count():
        return False
    return bool((values == values.cast(pl.Float64).floor()).all()) and values.n_unique() == len(values)
