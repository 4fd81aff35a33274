"""Splits and writes settings that list names or texts, separated by `+`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence


def split_column_names(text: str, columns: Collection[str]) -> tuple[str, ...]:
    """Return the names that a setting lists; if the name of a column contains `+`, the longest that fits.

    Unknown names are included, for messages.
    """
    parts = unicodedata.normalize("NFC", text).split("+")
    names = []
    while parts:
        for count in range(len(parts), 0, -1):
            written = "+".join(parts[:count])
            name = written if written in columns else written.strip()
            if name in columns or count == 1:
                break
        names.append(name)
        del parts[:count]
    return tuple(dict.fromkeys(name for name in names if name))


def join_names(names: Sequence[str], columns: Collection[str]) -> str:
    """Return the setting that lists columns, such that `split_column_names` returns them."""
    for sign in ("+", " + "):
        text = sign.join(names)
        if split_column_names(text, columns) == tuple(names):
            return text
    return "+".join(names)


def format_setting(setting: str, *names: str) -> str:
    """Return a setting that lists columns or texts, as written in a spec: `ignore=a+b`."""
    value = "+".join(names)
    quoted = '"' + value.replace('"', '""') + '"' if not value.strip() or set(value) & set(":,()='\" *\n") else value
    return f"{setting}={quoted}"
