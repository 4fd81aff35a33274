"""Parses numbers: whole numbers exactly, others as floats.

A plain number has an optional sign, digits, a decimal point (or the decimal sign of the dialect) and an exponent. It
may have the thousands separators of the dialect. Words such as `inf` and `nan` are not numbers.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

EXACT = 2**53
"""Whole numbers up to this are exact as floats."""

NEAR = 2.0**-12
"""Numbers whose range is below this share of their size lose digits as floats that standardization needs."""

SMALL = 1e-15
"""Numbers below this have fewer digits as decimals than as floats."""

LONGEST = 37
"""The maximum number of digits of a decimal."""

SAMPLE = 64
"""The number of texts that must be whole numbers before all texts are parsed as such."""

WHOLE = r"^[+-]?[0-9]+$"


def parse(texts: pl.Series, dialect: Dialect) -> pl.Series | None:
    """Return texts that are all plain numbers as Int64, as Int128 or Decimal if they need it, else as Float64.

    Returns:
        the numbers, null where a text is null, infinite if too large for floats; None if some text is not a number.
    """
    plain = plain_form(texts, dialect)
    sample = plain.head(SAMPLE)  # saves columns of decimals a pass
    if sample.cast(pl.Int64, strict=False).null_count() == sample.null_count():
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
    return _decimals(plain, floats) if _are_near(floats) else floats


def _decimals(plain: pl.Series, floats: pl.Series) -> pl.Series:
    """Return texts as decimals with all their digits, or their floats if decimals have fewer digits."""
    largest: Any = floats.abs().max()
    scale = LONGEST - len(str(int(largest)))
    if scale < 0 or largest < SMALL:
        return floats
    decimals = plain.cast(pl.Decimal(38, scale), strict=False)
    whole = decimals.null_count() == floats.null_count()
    return decimals if whole and bool(decimals.min() != decimals.max()) else floats


def _are_near(floats: pl.Series) -> bool:
    """Return whether numbers are close to each other, but far from 0."""
    least: Any = floats.min()
    most: Any = floats.max()
    return least is not None and 0 <= most - least < NEAR * max(abs(least), abs(most)) < math.inf


def floats_of(plain: pl.Series) -> pl.Series:
    """Return texts in plain form as floats, null where a text is not a number."""
    floats = plain.cast(pl.Float64, strict=False)
    if math.isfinite(floats.sum()):
        return floats
    worded = ~floats.is_finite() & ~plain.str.contains("[0-9]")
    return floats.set(worded.fill_null(value=False), None)


def plain_form(texts: pl.Series, dialect: Dialect) -> pl.Series:
    """Return texts with the numbers of a dialect in plain form; null where the plain form would change the meaning."""
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


def rows_without_numbers(texts: pl.Series, dialect: Dialect) -> pl.Series:
    """Return the rows whose texts are not plain numbers."""
    return (floats_of(plain_form(texts, dialect)).is_null() & texts.is_not_null()).arg_true()


def check_distinct(texts: pl.Series, parsed: pl.Series) -> None:
    """Check that whole numbers that are too long for 128 bits remain distinct as floats.

    Raises:
        Problem: they do not.
    """
    if are_merged(texts, parsed):
        name, first = texts.name, texts.drop_nulls()[0]
        raise Problem(
            f"column '{name}' contains whole numbers too long to be distinguished as numbers, such as {first}: "
            f"write {format_setting('ignore', name)}, or {format_setting('categorical', name)} if each is a category",
            ignore=(name,),
        )


def are_merged(texts: pl.Series, parsed: pl.Series) -> bool:
    """Return whether texts are whole numbers, of which some become the same float."""
    if parsed.dtype != pl.Float64 or not texts.str.contains(WHOLE).all():
        return False
    return parsed.n_unique() < texts.n_unique()


def to_numeric(column: pl.Series, source: TableSource, hint: str) -> pl.Series:
    """Return a column of numbers or truth values as floats, or unchanged if floats cannot represent it exactly.

    Missing values (null, NaN) become null. Float32 remains Float32.

    Raises:
        Problem: a number is infinite, or a whole number of more than 127 bits.
    """
    if column.dtype.is_float():
        return check_finite(column, source, hint)
    if is_too_large(column):
        raise Problem(
            f"column '{column.name}' contains whole numbers of more than 127 bits: {hint}", ignore=(column.name,)
        )
    floats = column.cast(pl.Float64)
    return column if _needs_digits(column, floats) else check_finite(floats, source, hint)


def _needs_digits(column: pl.Series, floats: pl.Series) -> bool:
    """Return whether floats represent whole numbers or decimals not exactly enough."""
    if column.dtype.is_decimal() and column.dtype.scale:  # type: ignore[attr-defined]
        return _are_near(floats) and bool(column.min() != column.max())
    largest: Any = floats.abs().max()
    return largest is not None and largest > EXACT


def is_too_large(column: pl.Series) -> bool:
    """Return whether a column contains whole numbers that do not fit into 128 bits with a sign."""
    largest: Any = column.max() if column.dtype.is_integer() else None
    return largest is not None and largest >= 2**127


def is_whole(column: pl.Series) -> bool:
    """Return whether all numbers of a column are whole, whatever their type."""
    if column.dtype.is_integer():
        return True
    if column.dtype.is_decimal():
        unit = pl.Series([10**column.dtype.scale], dtype=pl.Int128)  # type: ignore[attr-defined]
        return bool((column.to_physical().cast(pl.Int128) % unit == 0).all())
    return bool((column == column.floor()).all())


def check_finite(numbers: pl.Series, source: TableSource, hint: str) -> pl.Series:
    """Return floats, null where they are NaN.

    Raises:
        Problem: a number is infinite.
    """
    if math.isfinite(numbers.sum()):  # one quick pass is enough if all are finite
        return numbers
    numbers = numbers.fill_nan(None)
    infinite = numbers.is_infinite().arg_true()
    if len(infinite):
        name = numbers.name
        raise Problem(
            f"column '{name}' contains an infinite or too large number ({source.place(int(infinite[0]))}): {hint}",
            ignore=(name,),
        )
    return numbers


def _escaped(signs: str) -> str:
    return "".join(f"\\{sign}" if sign.isascii() and not sign.isspace() else sign for sign in signs)
