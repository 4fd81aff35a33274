"""Numbers in tables: exact where they are whole, floats otherwise.

A plain number has a sign, digits, a decimal point (or the dialect's sign), an exponent; it may have the dialect's signs
between thousands. Words such as `inf` and `nan` are no numbers.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from minidl_datasets.table.dialect import Dialect
from minidl_datasets.table.listing import written
from minidl_datasets.table.problem import Problem
from minidl_datasets.table.source import TableSource

EXACT = 2**53
"""Whole numbers up to this are exact as floats."""

FLOAT_DIGITS = 15
"""Decimal numbers of this many digits differ as floats if they differ at all."""

WHOLE = r"^[+-]?[0-9]+$"


def parsed(texts: pl.Series, dialect: Dialect) -> pl.Series | None:
    """Return texts that are all plain numbers as Int64, as Int128 where they need it, or else as Float64.

    Returns:
        the numbers, null where a text is, infinite where floats are not wide enough; None if some text is no number.
    """
    plain = plain_form(texts, dialect)
    integers = plain.cast(pl.Int64, strict=False)
    if integers.null_count() == texts.null_count():
        return integers
    floats = floats_of(plain)
    if floats.null_count() > texts.null_count():
        return None
    largest: Any = floats.abs().max()
    if largest is not None and largest >= EXACT and plain.str.contains(WHOLE).all():
        wide = plain.cast(pl.Int128, strict=False)
        return wide if wide.null_count() == texts.null_count() else floats
    return floats


def floats_of(plain: pl.Series) -> pl.Series:
    """Return texts in plain form as floats, null where one is no number."""
    floats = plain.cast(pl.Float64, strict=False)
    if math.isfinite(floats.sum()):
        return floats
    worded = ~floats.is_finite() & ~plain.str.contains("[0-9]")
    return floats.set(worded.fill_null(value=False), None)


def plain_form(texts: pl.Series, dialect: Dialect) -> pl.Series:
    """Return texts with numbers of a dialect written plainly; null where the plain form would mean something else."""
    if dialect.thousands:
        signs = f"[{_escaped(dialect.thousands)}]"
        grouped = texts.str.contains(
            rf"^[+-]?[1-9][0-9]{{0,2}}({signs}[0-9]{{3}})+([{_escaped(dialect.decimal)}][0-9]*)?$"
        )
        texts = texts.zip_with(~grouped.fill_null(value=False), texts.str.replace_all(signs, ""))
    if dialect.decimal == ".":
        return texts
    foreign = texts.str.contains(".", literal=True).fill_null(value=False)
    return texts.set(foreign, None).str.replace(dialect.decimal, ".", literal=True)


def others(texts: pl.Series, dialect: Dialect) -> pl.Series:
    """Return the rows whose texts are no plain numbers."""
    return (floats_of(plain_form(texts, dialect)).is_null() & texts.is_not_null()).arg_true()


def check_distinct(texts: pl.Series, parsed: pl.Series) -> None:
    """Check that whole numbers which are too long for 128 bits stay different as floats.

    Raises:
        Problem: they do not.
    """
    if are_merged(texts, parsed):
        name, first = texts.name, texts.drop_nulls()[0]
        raise Problem(
            f"column '{name}' holds whole numbers too long to be told apart as numbers, such as {first}: "
            f"write {written('ignore', name)}, or {written('categorical', name)} if each is a category",
            ignore=(name,),
        )


def are_merged(texts: pl.Series, parsed: pl.Series) -> bool:
    """Return whether texts are whole numbers of which some became the same float."""
    if parsed.dtype != pl.Float64 or not texts.str.contains(WHOLE).all():
        return False
    return parsed.n_unique() < texts.n_unique()


def native(column: pl.Series, source: TableSource, hint: str) -> pl.Series:
    """Return a column of numbers or truth values as floats, or uncast where whole numbers are too large for floats.

    Missing values (null, NaN) are null. Float32 stays as it is.

    Raises:
        Problem: a number is infinite.
    """
    if column.dtype.is_float():
        return finite(column, source, hint)
    floats = column.cast(pl.Float64)
    return column if _needs_digits(column, floats) else finite(floats, source, hint)


def _needs_digits(column: pl.Series, floats: pl.Series) -> bool:
    """Return whether floats do not hold whole numbers or decimals exactly enough."""
    if column.dtype.is_decimal() and column.dtype.scale:  # type: ignore[attr-defined]
        long = column.dtype.precision > FLOAT_DIGITS  # type: ignore[attr-defined]
        return long and floats.n_unique() < column.n_unique()
    largest: Any = floats.abs().max()
    return largest is not None and largest > EXACT


def finite(numbers: pl.Series, source: TableSource, hint: str) -> pl.Series:
    """Return floats, null where they are NaN.

    Raises:
        Problem: one is infinite.
    """
    if math.isfinite(numbers.sum()):  # one quick pass, where there is nothing to look for
        return numbers
    numbers = numbers.fill_nan(None)
    infinite = numbers.is_infinite().arg_true()
    if len(infinite):
        name = numbers.name
        raise Problem(
            f"column '{name}' holds an infinite number ({source.place(int(infinite[0]))}), or one too large: {hint}",
            ignore=(name,),
        )
    return numbers


def _escaped(signs: str) -> str:
    return "".join(f"\\{sign}" if sign.isascii() and not sign.isspace() else sign for sign in signs)
