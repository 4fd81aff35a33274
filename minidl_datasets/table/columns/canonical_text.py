"""The canonical text of a value, the same in all formats: `7` for 7, 7.0 and Decimal 7.00, `true` for True."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import polars as pl

NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
"""A number in text form; leading zeros make it a code."""

LONGEST = 1e38
"""Whole numbers below this fit into 128 bits."""


def canonical_texts(column: pl.Series) -> pl.Series:
    """Return a column as texts, null where a value is missing; numbers and truth values in canonical form."""
    if column.dtype.is_float():
        return _floats(column.fill_nan(None))
    texts = column.cast(pl.String)
    if column.dtype.is_decimal() and column.dtype.scale:  # type: ignore[attr-defined]
        return texts.str.strip_chars_end("0").str.strip_chars_end(".")
    return texts


def canonical_text(text: str) -> str:
    """Return the canonical form of a number or truth value in text form; any other text in Unicode form NFC."""
    text = unicodedata.normalize("NFC", text)
    if text.lower() in {"true", "false"}:
        return text.lower()
    if not NUMBER.fullmatch(text):
        return text
    if text.removeprefix("-").isdigit():
        return "0" if text == "-0" else text
    value = float(text)
    if not math.isfinite(value):
        return text
    with np.errstate(over="ignore"):
        narrow = float(np.float32(value))  # a float32 that was written as a float64
    return str(_floats(pl.Series([value], dtype=pl.Float32 if narrow == value else pl.Float64))[0])


def sort_texts(texts: pl.Series) -> tuple[str, ...]:
    """Return unique texts in order, numbers in numeric order."""
    texts = texts.sort()
    numbers = texts.cast(pl.Float64, strict=False)
    if not numbers.null_count():
        texts = texts.gather(np.argsort(numbers.to_numpy(), kind="stable"))
    return tuple(texts)


def category_codes(texts: pl.Series, known: tuple[str, ...]) -> pl.Series:
    """Return the position of each text among the known texts, null where it is missing or not known.

    An unknown text counts as the known text with the same canonical form, if there is only one, because a number or a
    truth value may come from another format.
    """
    codes = _positions(texts, known)
    unknown = texts.filter(codes.is_null() & texts.is_not_null()).unique()
    if not len(unknown):
        return codes
    by_spelling = _unique_spellings(known)
    meant = {text: known[at] for text in unknown if (at := by_spelling.get(canonical_text(text))) is not None}
    return _positions(texts.replace(meant), known) if meant else codes


def _positions(texts: pl.Series, known: tuple[str, ...]) -> pl.Series:
    return texts.cast(pl.Enum(known), strict=False).to_physical().cast(pl.Int64)


def _unique_spellings(known: Iterable[str]) -> dict[str, int]:
    """Return the position of each canonical form that only one known text has."""
    found: dict[str, int | None] = {}
    for position, text in enumerate(known):
        spelling = canonical_text(text)
        found[spelling] = None if spelling in found else position
    return {spelling: position for spelling, position in found.items() if position is not None}


def _floats(column: pl.Series) -> pl.Series:
    whole = (column == column.floor()) & (column.abs() < LONGEST)
    integers = column.cast(pl.Int128, strict=False).cast(pl.String)
    return integers.zip_with(whole, column.cast(pl.String))
