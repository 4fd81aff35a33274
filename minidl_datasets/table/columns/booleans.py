"""Parses truth values."""

from __future__ import annotations

import polars as pl

SPELLINGS = ("true", "false")


def parse(texts: pl.Series) -> pl.Series | None:
    """Return texts that are all `true` or `false`, in any case, as truth values; None if some are not."""
    first = texts.drop_nulls().head(1).str.to_lowercase()
    if not first.is_in(SPELLINGS).any():
        return None
    lower = texts.str.to_lowercase()
    if not lower.is_in(SPELLINGS).all():  # nulls are ignored
        return None
    return lower == "true"
