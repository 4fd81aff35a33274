"""Quote values in messages: short, on one line and without control characters."""

from __future__ import annotations

MOST = 80
"""Maximum number of characters of a quoted value."""


def quoted(value: object, most: int = MOST) -> str:
    """Return the `repr` of a value, shortened to at most `most` characters."""
    try:
        return shortened(repr(value), most)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list of thousands of levels
        return f"a very large {type(value).__name__}"
    except Exception:  # noqa: BLE001 - it is a plugin's
        return f"{type(value).__name__}, which cannot be shown"


def shortened(text: str, most: int = MOST) -> str:
    """Return a text, or its beginning and end if it has more than `most` characters."""
    if len(text) <= most:
        return text
    end = most // 4
    return f"{text[: most - end - 1]}…{text[-end:]}"


def printable(text: str) -> str:
    """Return a text with control characters other than line breaks escaped."""
    return "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text)
