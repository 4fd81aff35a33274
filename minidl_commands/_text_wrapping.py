"""Wrap documentation to the width of the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

ALIGNED = re.compile(r"\s*\S+:?\s{2,}\S|\s*\w+:\s")
"""A line that starts a formula or an item, and so does not continue the line before."""

ITEM = re.compile(r"\s+\w+: ")


def wrapped(text: str, width: int) -> str:
    """Wrap documentation to a width; formulas and items stay on separate lines.

    Lines that the author wrapped are unwrapped first.
    """
    longest = max(map(len, text.splitlines()), default=0)
    if longest <= width:
        return text
    return "\n".join(fill(line, width) for line in _unwrapped(text.splitlines(), longest))


def fill(line: str, width: int) -> str:
    """Wrap a line between words; continuation lines of an item are indented under its text."""
    own = len(line) - len(line.lstrip())
    indent = own + 4 if ITEM.match(line) else own
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _unwrapped(lines: list[str], longest: int) -> Iterator[str]:
    """Yield the lines as they were before the author wrapped them."""
    merged, last = lines[0], lines[0]
    for line in lines[1:]:
        first = line.split(maxsplit=1)[0] if line.strip() else ""
        if merged and first and len(last) + 1 + len(first) > longest and not ALIGNED.match(line):
            merged += f" {line.strip()}"
        else:
            yield merged
            merged = line
        last = line
    yield merged
