"""Newline-delimited JSON: one object a line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NoReturn

import polars as pl
from polars.exceptions import PanicException, PolarsError

from minidl_core import DataError
from minidl_datasets.table.reading.content import undecodable
from minidl_datasets.table.reading.naming import NamedColumns, named


def read_ndjson(path: Path, content: bytes) -> NamedColumns:
    """Return the table of the objects in a file; a key that an object lacks is a missing value.

    Raises:
        DataError: the text is not UTF-8, or a line is no JSON object.
    """
    try:
        frame = pl.read_ndjson(content, infer_schema_length=None)
    except (PolarsError, PanicException) as error:
        _explain(path, content, str(error).partition("\n")[0])
    return named(frame, frame.columns, str(path))


def line_of_object(path: Path, content: bytes, row: int) -> int:
    """Return the line of a row of the table; rows count from 0."""
    return next(islice((number for number, _ in _lines(path, content)), row, None))


def _lines(path: Path, content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError:
        raise undecodable(path, content) from None


def _explain(path: Path, content: bytes, reason: str) -> NoReturn:
    """Raise the error that says which line polars stumbled over."""
    if next(_lines(path, content), None) is None:
        raise DataError(f"{path} holds blank lines only: give a table with rows") from None
    for number, line in _lines(path, content):
        try:
            whole = isinstance(json.loads(line, parse_constant=_refuse), dict)
        except ValueError:
            whole = False
        if not whole:
            raise DataError(
                f"{path}: line {number} is not a JSON object: write one object a line, such as "
                f'{{"age": 31, "city": "Bern"}}, and null for a missing number'
            ) from None
    raise DataError(f"{path} cannot be read as NDJSON ({reason}): write values of one type under each key") from None


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python takes but JSON does not have."""
    raise ValueError(constant)
