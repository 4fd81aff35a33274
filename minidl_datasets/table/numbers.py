"""Columns of numbers, and what is no number in them."""

from __future__ import annotations

import math

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.source import TableSource
from minidl_datasets.table.texts import is_text

DIGITS_WITHOUT_LETTERS = r"^[^\p{L}]*\d[^\p{L}]*$"


def as_numbers(column: pl.Series, source: TableSource, mend: str) -> pl.Series:
    """Return a column as floats, null where a value is missing; truth values become 0 and 1.

    Float32 stays as it is, all else becomes Float64.

    Raises:
        DataError: a value is not a finite number; the message ends with `mend`.
    """
    if is_text(column.dtype):
        check_for_junk(column, source, mend, at_least=0)
        column = column.cast(pl.String).str.strip_chars()
    elif not (column.dtype.is_numeric() or column.dtype in {pl.Boolean, pl.Null}):
        raise DataError(f"{source.name}: column '{column.name}' should hold numbers, not {column.dtype}: {mend}")
    numbers = column if column.dtype == pl.Float32 else column.cast(pl.Float64)
    if math.isfinite(numbers.sum()):  # one quick pass, where there is nothing to look for
        return numbers
    if numbers.is_nan().any():
        numbers = numbers.fill_nan(None)
    if numbers.is_infinite().any():
        place = source.place(int(numbers.is_infinite().arg_true()[0]))
        raise DataError(f"{source.name}: column '{column.name}' holds an infinite number ({place}): {mend}")
    return numbers


def check_for_junk(column: pl.Series, source: TableSource, mend: str, at_least: float) -> None:
    """Check that a column of texts does not hold numbers with other texts among them, or written in another way.

    Decimal commas, thousands separators, currencies and dates are digits without letters: no plain numbers, and hardly
    categories.

    Args:
        column: the texts.
        source: where they came from.
        mend: what to do about it, for the message.
        at_least: the share of values that look like numbers from which on the others are junk.

    Raises:
        DataError: it does; the message shows the first two.
    """
    texts = column.cast(pl.String).str.strip_chars()
    numbers = texts.cast(pl.Float64, strict=False)
    junk = (numbers.is_null() & texts.is_not_null()).arg_true()
    values = texts.len() - texts.null_count()
    like_numbers = numbers.is_not_null() | texts.str.contains(DIGITS_WITHOUT_LETTERS).fill_null(value=False)
    if not len(junk) or like_numbers.sum() < at_least * values:
        return
    shown = ", ".join(f"'{texts[row]}' ({source.place(row)})" for row in junk[:2])
    raise DataError(
        f"{source.name}: column '{column.name}' should hold numbers, but {len(junk)} of its {values} values "
        f"{'is' if len(junk) == 1 else 'are'} not, such as {shown}: {mend}"
    )
