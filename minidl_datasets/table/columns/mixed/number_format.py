"""Finds the decimal sign and the thousands separator of numbers that are written in another format."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import numbers
from minidl_datasets.table.columns.mixed.mixed_column import MixedColumn
from minidl_datasets.table.columns.texts import is_text, missing_to_null
from minidl_datasets.table.problems.quoted_table_text import quote
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.dialect import EQUIVALENT_SIGNS, Dialect
from minidl_datasets.table.reading.source import TableSource

SAMPLE = 8
"""The number of texts that must be numbers of a format before all texts are parsed."""

LIKE_NUMBER = r"^[+-]?[0-9.,][0-9.,'’_\s]*([eE][+-]?[0-9]+)?$"
"""Digits with signs between them."""

FORMATS = tuple((decimal, sign) for decimal in ".," for sign in ("", ",", ".", "'", " ", "_") if sign != decimal)
"""Decimal signs and thousands separators, in the order in which they are tried."""


def find_number_format(texts: pl.Series, source: TableSource, dialect: Dialect) -> MixedColumn | None:
    """Return the decimal sign and the thousands separator by which all texts are numbers; None if there are none."""
    first = texts.drop_nulls().head(SAMPLE)
    if not first.str.contains(LIKE_NUMBER).all():
        return None
    for decimal, sign in FORMATS:
        other = Dialect(decimal=decimal, thousands=EQUIVALENT_SIGNS.get(sign, sign))
        if (decimal, other.thousands) == (dialect.decimal, dialect.thousands):
            continue
        if all(numbers.parse(part, other) is not None for part in (first, texts)):
            shown = quote(texts[numbers.rows_without_numbers(texts, dialect)[0]])
            if (column := _column_of_another_format(source, dialect, other)) is not None:
                return MixedColumn(f"contains numbers in another format than '{column}', such as {shown}")
            signs = {"decimal": (decimal, dialect.decimal), "thousands": (sign, dialect.thousands)}
            changed = {name: new for name, (new, old) in signs.items() if EQUIVALENT_SIGNS.get(new, new) != old}
            settings = ":".join(format_setting(name, value) for name, value in changed.items())
            what = f"contains numbers in another format, such as {shown}"
            return MixedColumn(what, f"{settings} to read them", dict(changed))
    return None


def _column_of_another_format(source: TableSource, dialect: Dialect, other: Dialect) -> str | None:
    """Return a column whose texts are numbers of a dialect, but not of the other dialect."""
    for column in source.frame:
        if is_text(column.dtype):
            texts = missing_to_null(column, dialect)
            if numbers.parse(texts, dialect) is not None and numbers.parse(texts, other) is None:
                return column.name
    return None
