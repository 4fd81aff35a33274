"""Separated text read with polars; what polars would take silently amiss is found out here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
import polars as pl
from polars.exceptions import PanicException, PolarsError

from minidl_core import DataError
from minidl_datasets.table.reading.records import Record, records
from minidl_datasets.table.texts import MISSING_TEXTS, tidied

OTHER_SEPARATORS = {";": '";"', "\t": "tab", "|": '"|"', ",": '","'}
"""What may separate values where the expected separator does not, and how it is written as a setting."""


def read_csv(path: Path, separator: str, as_text: Collection[str] = ()) -> pl.DataFrame:
    """Return the table that a file of separated text holds.

    Raises:
        DataError: the text is not UTF-8, its header names columns badly, or a line has too many or too few values.
    """
    names = _header(path, separator)
    try:
        frame = pl.read_csv(
            path,
            separator=separator,
            glob=False,
            infer_schema_length=None,
            null_values=MISSING_TEXTS,
            schema_overrides={name: pl.String for name in names if name.strip() in as_text},
        )
    except (PolarsError, PanicException) as error:
        _explain(path, separator, len(names), str(error).partition("\n")[0])
    if frame.width != len(names):
        raise DataError(f"{path}: its header ends in an odd way: save it with lines that end in a newline")
    frame.columns = [name.strip() for name in names]
    return tidied(_without_blank_lines(frame, path, separator), as_text)


def _header(path: Path, separator: str) -> list[str]:
    """Return the names in the header, each of which must be there once."""
    header = next(records(path, separator), None)
    if header is None:
        raise DataError(f"{path} holds blank lines only: give a table with column names and rows")
    names = header[1]
    stripped = [name.strip() for name in names]
    for other, written in OTHER_SEPARATORS.items():
        if len(names) == 1 and other in names[0]:
            raise DataError(
                f"{path} has the one column '{names[0]}': if '{other}' separates, write separator={written}"
            )
    for position, name in enumerate(stripped, 1):
        if not name:
            raise DataError(
                f"{path}: column {position} has no name in the header: give it one, so that ignore= can too"
            )
        if "\0" in name or "\r" in name:
            raise DataError(f"{path}: its header is no plain text: save it as UTF-8 with lines that end in a newline")
    if twice := sorted({name for name in stripped if stripped.count(name) > 1}):
        raise DataError(f"{path}: the header names '{twice[0]}' more than once: give every column a name of its own")
    return names


def _rows(path: Path, separator: str, width: int, *, strict: bool = False) -> Iterator[Record]:
    """Yield the records after the header, each of which must be as wide as the header, or blank."""
    rows = records(path, separator, strict=strict)
    next(rows)
    for line, fields in rows:
        if fields and len(fields) != width:
            raise DataError(
                f"{path}: line {line} has {len(fields)} values, but the header names {width} columns: correct "
                f"the line, or put values that hold the separator in quotes"
            )
        yield line, fields


def _explain(path: Path, separator: str, width: int, reason: str) -> NoReturn:
    """Raise the error that says which line polars stumbled over."""
    for _ in _rows(path, separator, width, strict=True):
        pass
    if "CSV malformed" in reason:
        reason = "quotes open or close within values; double them"
    raise DataError(f"{path} cannot be read as separated text: {reason}") from None


def _without_blank_lines(frame: pl.DataFrame, path: Path, separator: str) -> pl.DataFrame:
    """Drop blank lines, which polars reads as rows of missing values, and refuse short lines, which it fills up."""
    if not frame.to_series(-1).null_count():
        return frame
    filled = np.array([bool(fields) for _, fields in _rows(path, separator, frame.width)])
    if len(filled) != frame.height:
        raise DataError(f"{path} cannot be read as separated text: quotes open or close within values; double them")
    return frame.filter(pl.Series(filled))
