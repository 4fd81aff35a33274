"""Detects that another separator than the expected one separates the values."""

from __future__ import annotations

import csv
import re
from itertools import islice
from pathlib import Path

from minidl_core import DataError
from minidl_datasets.table.reading.records import SeparatedText

SEPARATORS = {";": '";"', "\t": "tab", "|": '"|"', ",": '","', " ": "space"}
"""Possible separators, and how each is written in the setting `separator`."""

ENOUGH = 1 << 16
"""The number of bytes to search for the header and a line."""

NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")


class OtherSeparatorError(DataError):
    """Another separator seems to separate the values.

    Args:
        path: the file.
        what: what the file contains, and which setting to write.
        separator: the other separator, as written in the setting.
    """

    def __init__(self, path: Path, what: str, separator: str) -> None:
        super().__init__(f"{path}: {what}")
        self.what = what
        self.separator = separator


def check_separator(text: SeparatedText) -> None:
    """Check that no other separator splits a header with a single column, or a malformed header, into several.

    Raises:
        OtherSeparatorError: one does; the message says which setting to write.
    """
    lines = (line.decode(errors="replace") for line in text.content[:ENOUGH].splitlines() if line.strip())
    first = list(islice(lines, 2))
    for sign, written in SEPARATORS.items():
        if sign != text.separator and _separates(sign, first):
            what = f"the only column is '{first[0][:80]}': if '{sign}' separates values, write separator={written}"
            raise OtherSeparatorError(text.path, what, written.strip('"'))


def _separates(sign: str, lines: list[str]) -> bool:
    """Return whether a separator splits a header into several columns, and the next line into as many or one more."""
    try:
        header, *rows = (next(csv.reader([line], delimiter=sign, strict=True)) for line in lines)
    except csv.Error:
        return False
    if sign == " " and not any(NUMBER.fullmatch(value) for row in rows for value in row):  # else a name and surname
        return False
    return len(header) > 1 and all(len(row) in {len(header), len(header) + 1} for row in rows)
