"""Tables read from files, by the ending of the file's name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException, PolarsError

from minidl_core import DataError
from minidl_datasets.table.reading.csv import read_csv
from minidl_datasets.table.reading.ndjson import line_of_object, read_ndjson
from minidl_datasets.table.reading.records import line_of_record
from minidl_datasets.table.source import TableSource

SEPARATORS = {".csv": ",", ".tsv": "\t"}
ENDINGS = (*SEPARATORS, ".parquet", ".ndjson", ".jsonl")


def read_table(path: Path, separator: str | None = None, as_text: Collection[str] = ()) -> TableSource:
    """Return the table that a CSV, TSV, Parquet or NDJSON file holds.

    Args:
        path: the file; its ending tells the format.
        separator: what separates the values of CSV and TSV; None for comma and tab.
        as_text: columns whose values stay the texts that CSV and TSV write, even where these are numbers.

    Raises:
        DataError: the file cannot be read, or holds no rows.
    """
    path = path.expanduser()
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        known = f"{', '.join(ENDINGS[:-1])} and {ENDINGS[-1]}"
        raise DataError(f"{path}: tables are read from {known} files, not {ending or 'files without an ending'}")
    _check_file(path)
    try:
        source = _read(path, ending, separator or SEPARATORS.get(ending, ""), as_text)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
    if not source.frame.height:
        raise DataError(f"{path} has column names but no rows: give a table with rows")
    return source


def _read(path: Path, ending: str, separator: str, as_text: Collection[str]) -> TableSource:
    if ending in SEPARATORS:
        frame = read_csv(path, separator, as_text)
        return TableSource(frame, str(path), lambda row: f"line {line_of_record(path, separator, row)}")
    if ending == ".parquet":
        return TableSource(_read_parquet(path), str(path))
    return TableSource(read_ndjson(path), str(path), lambda row: f"line {line_of_object(path, row)}")


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (PolarsError, PanicException) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path} is no whole Parquet file ({reason}): write it again") from None


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise DataError(f"{path} is a directory: give the path of one file in it")
    if not path.exists():
        raise DataError(f"{path} does not exist: give the path of a table, as seen from {Path.cwd()}")
    if not path.stat().st_size:
        raise DataError(f"{path} is empty: give a table with column names and rows")
