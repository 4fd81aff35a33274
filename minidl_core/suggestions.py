"""Suggest known names in place of an unknown one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SHOWN = 20
"""Maximum number of known names that a message lists."""

MOST_LETTERS = 200
"""Maximum length of a name to compare: longer ones take too long."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most similar to `name`, or None if none is similar."""
    if len(name) > MOST_LETTERS:
        return None
    by_folded = {candidate.casefold(): candidate for candidate in known}
    matches = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause that suggests the most similar known name, or lists the known names if none is similar."""
    known = sorted(known)
    if guess := nearest(name, known):
        return f"did you mean '{guess}'?"
    shown = ", ".join([*known[:MOST_SHOWN], "…"] if len(known) > MOST_SHOWN else known)
    return f"choose from {shown}" if known else "none are known"
