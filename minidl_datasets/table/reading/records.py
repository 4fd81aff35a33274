"""The records of separated text with their lines, by Python's strict reader, which is the reference for CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path

from minidl_core import DataError
from minidl_datasets.table.reading.file_content import encoding_error

Record = tuple[int, list[str]]
"""The number of the first line of a record, and its fields; a blank line has none."""

BLANK = " \t\r\n\v\f"
"""The characters of a blank line."""

SEPARATOR_LINE = re.compile(rb'"?sep=([^\w"\r\n\x80-\xff])"?\r?\n', re.IGNORECASE)
"""The optional first line in files of Excel, `sep=;`."""


@dataclass(frozen=True)
class SeparatedText:
    """Separated text in UTF-8, and the number of lines before it: one that names the separator, or none."""

    path: Path
    content: bytes
    separator: str
    lines_before: int = 0

    @classmethod
    def of(cls, path: Path, content: bytes, separator: str | None) -> SeparatedText:
        """Return the text after a line that names its separator, if any; a given separator takes precedence."""
        usual = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","
        separator_line = SEPARATOR_LINE.match(content)
        if separator_line is None:
            return cls(path, content, separator or usual)
        return cls(path, content[separator_line.end() :], separator or separator_line[1].decode(), 1)

    @property
    def newlines_end_lines(self) -> bool:
        """Whether carriage returns occur only before newlines."""
        return b"\r" not in self.content or self.content.count(b"\r") == self.content.count(b"\r\n")

    def from_line(self, line: int) -> bytes:
        """Return the text that starts at a line."""
        start = 0
        for _ in range(self.lines_before + 1, line):
            start = self.content.index(b"\n", start) + 1
        return self.content[start:]

    def records(self) -> Iterator[Record]:
        """Yield the records from the header on, blank lines included.

        Raises:
            DataError: the text is not UTF-8, or quotes do not enclose whole values.
        """
        return dropwhile(lambda record: not record[1], self._all_records())

    def line_of_row(self, row: int) -> int:
        """Return the line where a row of the table starts; rows count from 0, without header and blank lines."""
        numbers = (line for line, fields in self.records() if fields)
        with long_fields():
            return next(islice(numbers, row + 1, None))

    def _all_records(self) -> Iterator[Record]:
        line, last = self.lines_before + 1, ""

        def noted(lines: Iterable[str]) -> Iterator[str]:
            nonlocal last
            for last in lines:  # noqa: UP028 - the caller reads the last line
                yield last

        try:
            with io.TextIOWrapper(io.BytesIO(self.content), encoding="utf-8", newline="") as file:
                reader = csv.reader(noted(file), delimiter=self.separator, strict=True)
                for fields in reader:
                    following = self.lines_before + reader.line_num + 1
                    yield line, [] if following == line + 1 and self._is_blank(last) else fields
                    line = following
        except UnicodeDecodeError:
            raise encoding_error(self.path, self.content, self.lines_before) from None
        except csv.Error as error:
            raise DataError(
                f"{self.path} is malformed from line {line} on ({_reason(error)}): put a value that contains a quote "
                f'in quotes, and double the quote, as in "5"" tube"'
            ) from None

    def _is_blank(self, line: str) -> bool:
        return not line.strip(BLANK) and self.separator not in line


@contextmanager
def long_fields() -> Iterator[None]:
    """Let Python's reader accept fields of any length; by default it refuses more than 131,072 characters."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _reason(error: csv.Error) -> str:
    """Return the reason of an error in plain words."""
    reason = str(error)
    if "expected after" in reason:
        return "text follows the closing quote of a value"
    if "unexpected end" in reason:
        return "a quote is never closed"
    return reason
