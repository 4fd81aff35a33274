"""The records of separated text with their line numbers: for messages, and for what polars does not tell."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import dropwhile, islice
from pathlib import Path

from minidl_core import DataError

Record = tuple[int, list[str]]
"""The number of a record's first line, and its fields; a blank line has none."""


def records(path: Path, separator: str, *, strict: bool = False) -> Iterator[Record]:
    """Yield the records of a file from the header on, blank lines included.

    Raises:
        DataError: the text is not UTF-8, or `strict` and its quotes do not close.
    """
    return dropwhile(lambda record: not record[1], _all_records(path, separator, strict=strict))


def line_of_record(path: Path, separator: str, row: int) -> int:
    """Return the line where a row of the table starts; rows count from 0, without the header and blank lines."""
    numbers = (line for line, fields in records(path, separator) if fields)
    return next(islice(numbers, row + 1, None))


def undecodable(path: Path) -> DataError:
    """Return the error that shows the first bytes of a file that are not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return DataError(
                    f"{path} is not UTF-8 text, for line {number} holds the byte 0x{line[error.start]:02x}: "
                    f"save it as UTF-8"
                )
    return DataError(f"{path} is not UTF-8 text: save it as UTF-8")


def _all_records(path: Path, separator: str, *, strict: bool) -> Iterator[Record]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=separator, strict=strict)
            for fields in reader:
                blank = len(fields) == 1 and separator not in fields[0] and not fields[0].strip()
                yield line, [] if blank and reader.line_num == line else fields
                line = reader.line_num + 1
    except UnicodeDecodeError:
        raise undecodable(path) from None
    except csv.Error as error:
        raise DataError(f"{path}, from line {line} on, is not well-formed ({error}): correct the quotes") from None
