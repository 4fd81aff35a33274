"""What is told of a column of numbers or dates."""

from __future__ import annotations

from typing import Any

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.columns import numbers
from minidl_datasets.table.problems.setting_text import format_setting

FEWEST = 3
"""Fewer rows than this are numbered by chance."""


def number_notices(values: pl.Series, read: int) -> tuple[Notice, ...]:
    """Return whether a column is constant, or numbers the rows.

    Args:
        values: the numbers, in the rows that have a target.
        read: how many rows there are with those that have none.
    """
    least: Any = values.min()
    largest: Any = values.max()
    if least == largest:
        return (Notice(f"column '{values.name}' is constant ({least:.15g}) and tells nothing: it becomes 0"),)
    if len(values) - 1 <= largest - least < read and _are_all_different(values):
        return (
            Notice(
                f"column '{values.name}' numbers the rows, from {int(least)} to {int(largest)}: if that means nothing, "
                f"write {format_setting('ignore', values.name)}",
                warning=True,
            ),
        )
    return ()


def date_notices(values: pl.Series) -> tuple[Notice, ...]:
    """Return whether a column of dates is constant."""
    if values.min() != values.max():
        return ()
    return (
        Notice(f"column '{values.name}' is constant ({values.drop_nulls()[0]}) and tells nothing: it gives no input"),
    )


def _are_all_different(values: pl.Series) -> bool:
    """Return whether numbers are whole and none stands twice or is missing."""
    if len(values) < FEWEST or values.null_count():
        return False
    return numbers.is_whole(values) and values.n_unique() == len(values)
