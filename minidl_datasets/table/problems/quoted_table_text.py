"""Values and names of a table as messages quote them: on one line and not too long."""

from __future__ import annotations

from collections.abc import Iterable

FEW = 5
"""Messages list at most this many names or values, then the number of the others."""

LONGEST = 60
"""Messages cut off texts of tables after this many characters."""


def quote(text: str) -> str:
    """Return a text of a table in quotes, on one line and cut off if it is long."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return f"'{line}'" if len(line) <= LONGEST else f"'{line[:LONGEST]}…'"


def shorten_list(names: Iterable[str]) -> str:
    """Return the first few names, and the number of the others."""
    names = list(names)
    shown = ", ".join(names[:FEW])
    return f"{shown} and {len(names) - FEW} more" if len(names) > FEW else shown
