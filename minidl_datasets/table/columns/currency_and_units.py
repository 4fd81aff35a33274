"""Recognizes numbers with a currency, a unit, a per cent sign or brackets, which are not parsed."""

from __future__ import annotations

import polars as pl

WITH_UNIT = r"^([^\p{L}0-9]*|[A-Z]{2,3} )[+-]?[0-9][0-9., '’]*[^0-9]*$"
"""A number with a currency, a unit or other signs around it. Letters in front may be a name or a code."""

WITHOUT_LETTERS = r"^[^\p{L}]*[0-9][^\p{L}]*$"


def are_numbers_with_unit(values: pl.Series) -> bool:
    """Return whether all texts are numbers with the same signs around them, such as `CHF 20`, `5%`."""
    if not values.str.contains(WITH_UNIT).all():
        return False
    around = values.str.replace(r"[+-]?[0-9][0-9., '’]*", "#")
    return around.n_unique() == 1


def share_without_letters(values: pl.Series) -> float:
    """Return the share of texts with digits and no letters, such as `(5)`, `1,00,000`, `−5`."""
    return int(values.str.contains(WITHOUT_LETTERS).sum()) / max(len(values), 1)
