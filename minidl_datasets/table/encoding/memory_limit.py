"""Limits the memory of inputs and targets."""

from __future__ import annotations

from minidl_core import DataError

MAX_VALUES = 2**31
"""The maximum number of inputs or targets, 16 GiB; more would exhaust the memory of most machines."""


def check_fits_in_memory(rows: int, columns: int, what: str, hint: str) -> None:
    """Check that `rows` times `columns` numbers fit into memory.

    Args:
        rows: the number of rows.
        columns: the number of values in a row.
        what: the name of the values, for the message.
        hint: the solution, for the message.

    Raises:
        DataError: they do not fit.
    """
    if rows * columns > MAX_VALUES:
        size = rows * columns * 8 / 2**30
        raise DataError(f"{rows} rows with {columns} {what} each take {size:.0f} GiB, one-hot: {hint}")
