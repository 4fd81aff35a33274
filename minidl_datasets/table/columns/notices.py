"""Notices about columns that are constant or number the rows."""

from __future__ import annotations

from typing import Any

import polars as pl

from minidl_core import Notice
from minidl_datasets.table.columns import numbers
from minidl_datasets.table.problems.setting_text import format_setting

FEWEST = 3
"""Fewer rows than this may be numbered by chance."""


def constant_notice(name: str, value: str, effect: str = "") -> Notice:
    """Return the notice that a column is constant, with its value and the effect on the inputs."""
    return Notice(f"column '{name}' is constant ({value}) and carries no information{effect}")


def number_notices(values: pl.Series, read: int) -> tuple[Notice, ...]:
    """Return a notice if a column is constant or numbers the rows.

    Args:
        values: the numbers, in the rows that have a target.
        read: the number of rows, including those without a target.
    """
    least: Any = values.min()
    largest: Any = values.max()
    if least == largest:
        return (constant_notice(values.name, f"{least:.15g}", ": it becomes 0"),)
    if len(values) - 1 <= largest - least < read and _are_unique(values):
        return (
            Notice(
                f"column '{values.name}' numbers the rows, from {int(least)} to {int(largest)}: write "
                f"{format_setting('ignore', values.name)} if these are only row numbers",
                warning=True,
            ),
        )
    return ()


def date_notices(values: pl.Series) -> tuple[Notice, ...]:
    """Return a notice if a column of dates is constant."""
    if values.min() != values.max():
        return ()
    return (constant_notice(values.name, str(values.drop_nulls()[0]), ": it gives no input"),)


def _are_unique(values: pl.Series) -> bool:
    """Return whether all numbers are whole, unique and present."""
    if len(values) < FEWEST or values.null_count():
        return False
    return numbers.is_whole(values) and values.n_unique() == len(values)
