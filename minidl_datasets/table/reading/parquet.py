"""Reads Parquet files, whose columns have types."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import NamedColumns, name_columns
from minidl_datasets.table.reading.file_content import read_error
from minidl_datasets.table.reading.polars_reader import read_with_polars


def read_parquet(path: Path) -> NamedColumns:
    """Return the table in a Parquet file.

    Raises:
        DataError: it is not a complete Parquet file.
    """
    try:
        frame = read_with_polars(pl.read_parquet, path, glob=False, hive_partitioning=False)
    except OSError as error:
        raise read_error(path, error) from None
    if frame is None:
        raise DataError(f"{path} is not a complete Parquet file: write it again, or save the table as CSV")
    try:
        frame.schema  # noqa: B018 - this creates the types of columns in Python
    except RecursionError:
        raise DataError(f"{path} has a column that is nested too deeply: write the table without it") from None
    return name_columns(frame, frame.columns, str(path))
