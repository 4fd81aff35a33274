"""A table in memory, and how messages name its places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

FEW = 5
"""So many names or values are listed in a message; of more it gives the number."""


def _row(row: int) -> str:
    return f"row {row + 1}"


@dataclass(frozen=True)
class TableSource:
    """A table with the name that messages call it by, and the place of a row in it (rows count from 0)."""

    frame: pl.DataFrame
    name: str = "the table"
    place: Callable[[int], str] = _row


def listing(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    names = list(names)
    shown = ", ".join(names[:FEW])
    return f"{shown} and {len(names) - FEW} more" if len(names) > FEW else shown
