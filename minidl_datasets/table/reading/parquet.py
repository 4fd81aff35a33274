"""Parquet files, whose columns have types."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from minidl_core import DataError
from minidl_datasets.table.reading.naming import NamedColumns, named


def read_parquet(path: Path) -> NamedColumns:
    """Return the table that a Parquet file holds.

    Raises:
        DataError: it is none.
    """
    try:
        frame = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (PolarsError, PanicException) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path} is no whole Parquet file ({reason}): write it again") from None
    return named(frame, frame.columns, str(path))
