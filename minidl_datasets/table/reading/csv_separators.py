"""What separates values, where it is not what was expected."""

from __future__ import annotations

import csv
import re
from itertools import islice
from pathlib import Path

from minidl_core import DataError
from minidl_datasets.table.reading.records import SeparatedText

SEPARATORS = {";": '";"', "\t": "tab", "|": '"|"', ",": '","', " ": "space"}
"""What may separate values, and how it is written as a setting."""

ENOUGH = 1 << 16
"""Bytes that hold a header and a line."""

NUMBER = re.compile(r"[-+]?\d+(\.\d*)?")


class OtherSeparatorError(DataError):
    """Another sign separates the values, as it seems.

    Args:
        path: the file.
        what: what the file holds, and what to write.
        separator: the sign, as the setting takes it.
    """

    def __init__(self, path: Path, what: str, separator: str) -> None:
        super().__init__(f"{path}: {what}")
        self.what = what
        self.separator = separator


def check_separator(text: SeparatedText) -> None:
    """Check that another separator does not make several columns of a text whose header is one column, or no header.

    Raises:
        OtherSeparatorError: it does; the message says how it is written as a setting.
    """
    lines = (line.decode(errors="replace") for line in text.content[:ENOUGH].splitlines() if line.strip())
    first = list(islice(lines, 2))
    for sign, written in SEPARATORS.items():
        if sign != text.separator and _separates(sign, first):
            what = f"it has the one column '{first[0][:80]}': if '{sign}' separates, write separator={written}"
            raise OtherSeparatorError(text.path, what, written.strip('"'))


def _separates(sign: str, lines: list[str]) -> bool:
    """Return whether a sign makes several columns of a header, and as many of the line after it, or one more."""
    try:
        header, *rows = (next(csv.reader([line], delimiter=sign, strict=True)) for line in lines)
    except csv.Error:
        return False
    if sign == " " and not any(NUMBER.fullmatch(value) for row in rows for value in row):  # else a name and surname
        return False
    return len(header) > 1 and all(len(row) in {len(header), len(header) + 1} for row in rows)
