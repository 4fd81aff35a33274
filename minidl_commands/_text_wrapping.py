"""Documentation fitted to the width of the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

ALIGNED = re.compile(r"\s*\S+:?\s{2,}\S|\s*\w+:\s")
"""A line that begins a formula or an item, and so does not go on from the line before."""

ITEM = re.compile(r"\s+\w+: ")


def wrapped(text: str, width: int) -> str:
    """Return documentation without lines longer than a width, where words permit; formulas and items keep their lines.

    Lines that its author broke for want of room are joined before they are broken anew.
    """
    longest = max(map(len, text.splitlines()), default=0)
    if longest <= width:
        return text
    return "\n".join(fill(line, width) for line in _joined(text.splitlines(), longest))


def fill(line: str, width: int) -> str:
    """Break a line between words; those of an item are indented under its text."""
    own = len(line) - len(line.lstrip())
    indent = own + 4 if ITEM.match(line) else own
    return textwrap.fill(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


def _joined(lines: list[str], longest: int) -> Iterator[str]:
    """Yield lines, each with those that it was broken into."""
    joined, last = lines[0], lines[0]
    for line in lines[1:]:
        first = line.split(maxsplit=1)[0] if line.strip() else ""
        if joined and first and len(last) + 1 + len(first) > longest and not ALIGNED.match(line):
            joined += f" {line.strip()}"
        else:
            yield joined
            joined = line
        last = line
    yield joined
