"""Reads newline-delimited JSON by polars, or by Python if the values of a key have several types."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import NamedColumns, name_columns
from minidl_datasets.table.reading.file_content import encoding_error
from minidl_datasets.table.reading.polars_reader import read_with_polars
from minidl_datasets.table.reading.python_values import to_series

LIKE_A_LITERAL = r"^[-\d\[{]|^true$|^false$"


def read_ndjson(path: Path, content: bytes) -> NamedColumns:
    """Return the table of the objects in a file; a key that is absent from an object is a missing value.

    Mixed texts, numbers and truth values become texts as written; so do numbers that no type can represent.

    Raises:
        DataError: the text is not UTF-8, or a line is not a JSON object.
    """
    frame = read_with_polars(pl.read_ndjson, content, infer_schema_length=None)
    if frame is None or not _is_as_written(frame, content):
        frame = _from_objects(path, content)
    return name_columns(frame, frame.columns, str(path))


def line_of_object(path: Path, content: bytes, row: int) -> int:
    """Return the line of a row of the table; rows count from 0."""
    return next(islice((number for number, _ in _lines(path, content)), row, None))


def _is_as_written(frame: pl.DataFrame, content: bytes) -> bool:
    """Return whether polars certainly kept all values as they are written."""
    if content.count(b'":') > frame.height * frame.width:  # a key may be duplicated, and polars keeps one value
        return False
    try:
        return not any(_mixes_types(column, content) for column in frame)
    except RecursionError:  # the type of a column is nested too deeply for Python
        return False


def _mixes_types(column: pl.Series, content: bytes) -> bool:
    """Return whether a column of texts may contain values without quotes, which polars rewrites."""
    if column.dtype != pl.String or not column.str.contains(LIKE_A_LITERAL).any():
        return False
    keys = {json.dumps(column.name, ensure_ascii=ascii_only).encode() for ascii_only in (True, False)}
    written = b"|".join(re.escape(key) for key in keys)
    return re.search(rb"(?:%b)\s*:\s*[-\dtf\[{]" % written, content) is not None


def _from_objects(path: Path, content: bytes) -> pl.DataFrame:
    objects = [_object(path, number, line) for number, line in _lines(path, content)]
    if not objects:
        raise DataError(f"{path} contains only blank lines: give a table with rows")
    names = dict.fromkeys(name for values in objects for name in values)
    return pl.DataFrame([_column(name, [values.get(name) for values in objects]) for name in names])


def _column(name: str, values: list[Any]) -> pl.Series:
    """Return the values of a key as numbers, truth values or texts; as empty lists if lists are among them."""
    if any(isinstance(value, list | dict) for value in values):
        return pl.Series(name, [None if value is None else [] for value in values], dtype=pl.List(pl.String))
    if all(value is None or isinstance(value, _Literal) for value in values):
        numbers = to_series(name, [None if value is None else value.number for value in values])
        if numbers.dtype != pl.Float64 or numbers.is_finite().all():
            return numbers
    return to_series(name, values)


class _Literal(str):
    """The text of a number."""

    __slots__ = ()

    @property
    def number(self) -> int | float:
        return float(self) if set(self) & set(".eE") else int(self)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(
            line, parse_int=_Literal, parse_float=_Literal, parse_constant=_refuse, object_pairs_hook=_once
        )
    except RecursionError:
        raise DataError(
            f"{path}: line {number} is nested too deeply: write one object per line, without lists"
        ) from None
    except _TwiceError as error:
        raise DataError(f"{path}: line {number} has the key '{error}' twice: give every value a unique key") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DataError(
            f"{path}: line {number} is not a JSON object: write one object per line, such as "
            f'{{"age": 31, "city": "Bern"}}, and null for a missing value'
        )
    return found


class _TwiceError(Exception):
    """A key is duplicated in an object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return found


def _refuse(constant: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python accepts but JSON does not have."""
    raise ValueError(constant)


def _lines(path: Path, content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="\n") as file:
            yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())
    except UnicodeDecodeError:
        raise encoding_error(path, content) from None
