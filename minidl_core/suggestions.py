"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN = 20
"""Known names that a message lists at most."""

MOST_LETTERS = 200
"""No name is longer, and to compare such texts takes long."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that resembles `name` most, or None if none does."""
    if len(name) > MOST_LETTERS:
        return None
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause that proposes the nearest known name, or lists the known ones where none is near."""
    known = sorted(known)
    if guess := nearest(name, known):
        return f"did you mean '{guess}'?"
    shown = ", ".join([*known[:MOST_SHOWN], "…"] if len(known) > MOST_SHOWN else known)
    return f"known are: {shown}" if known else "none are known"
