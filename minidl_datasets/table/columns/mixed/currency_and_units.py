"""Numbers in a form that is not read: with a currency, a unit or brackets around them."""

from __future__ import annotations

import polars as pl

AMOUNT = r"^([^\p{L}0-9]*|[A-Z]{2,3} )[+-]?[0-9][0-9., '’]*[^0-9]*$"
"""A number with other signs around it: a currency, a unit, per cent. Letters in front may be a name or a code."""

WITHOUT_LETTERS = r"^[^\p{L}]*[0-9][^\p{L}]*$"


def are_numbers_with_unit(values: pl.Series) -> bool:
    """Return whether all texts are numbers with the same signs around them, such as `CHF 20`, `5%`."""
    if not values.str.contains(AMOUNT).all():
        return False
    around = values.str.replace(r"[+-]?[0-9][0-9., '’]*", "#")
    return around.n_unique() == 1


def share_without_letters(values: pl.Series) -> float:
    """Return the share of texts that are digits and signs without a letter, such as `(5)`, `1,00,000`, `−5`."""
    return int(values.str.contains(WITHOUT_LETTERS).sum()) / max(len(values), 1)
