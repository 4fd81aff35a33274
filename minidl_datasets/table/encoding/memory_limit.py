"""How large inputs and targets may become."""

from __future__ import annotations

from minidl_core import DataError

MOST = 2**31
"""So many numbers, 16 GiB of them, may inputs or targets have; more would exhaust the memory of most machines."""


def check_fits_in_memory(rows: int, columns: int, what: str, hint: str) -> None:
    """Check that `rows` times `columns` numbers fit into memory.

    Args:
        rows: the number of rows.
        columns: how many numbers a row gives.
        what: what they are, for the message.
        hint: what to do about it.

    Raises:
        DataError: they hardly fit.
    """
    if rows * columns > MOST:
        size = rows * columns * 8 / 2**30
        raise DataError(f"{rows} rows with {columns} {what} each take {size:.0f} GiB, one-hot: {hint}")
