"""Extracts the values of a target column: class names or numbers."""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import booleans, numbers
from minidl_datasets.table.columns.canonical_text import canonical_texts
from minidl_datasets.table.columns.texts import is_text
from minidl_datasets.table.columns.types import describe_type, is_unsupported
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource


def class_texts(column: pl.Series) -> pl.Series:
    """Return the class of each row as text, truth values as `false` and `true`; null where it is missing.

    Raises:
        Problem: the values cannot be converted to texts.
    """
    if is_unsupported(column.dtype):
        found = describe_type(column.dtype)
        raise Problem(f"the target '{column.name}' contains {found}, neither numbers nor texts: choose another target")
    texts = canonical_texts(column)
    truth = booleans.parse(texts) if is_text(column.dtype) else None
    return texts if truth is None else canonical_texts(truth)


def numbers_to_predict(column: pl.Series, source: TableSource, dialect: Dialect) -> pl.Series:
    """Return the number of each row, truth values as 0 and 1, null where it is missing; floats, integers or decimals.

    Raises:
        Problem: a value is not a number, or infinite, or whole numbers are too long to be distinguished.
    """
    found = numbers_of(column, dialect)
    if found is None:
        raise Problem(
            f"the target '{column.name}' contains {_shown(column, source, dialect)} instead of numbers: correct it, or "
            f"write task=classification",
            task="classification",
        )
    check_target_numbers(found, column, source)
    return found


def numbers_of(column: pl.Series, dialect: Dialect) -> pl.Series | None:
    """Return the number of each row, or None if some values are not numbers."""
    if is_text(column.dtype):
        texts = column.cast(pl.String)
        truth = booleans.parse(texts)
        return numbers.parse(texts, dialect) if truth is None else truth.cast(pl.Float64)
    if column.dtype == pl.Boolean:
        return column.cast(pl.Float64)
    return column if column.dtype.is_numeric() else None


def check_target_numbers(found: pl.Series, column: pl.Series, source: TableSource) -> None:
    """Check that the numbers in a target are finite, and as distinct as its texts.

    Raises:
        Problem: one is infinite, or whole numbers are too long to be distinguished.
    """
    where = f"the target '{column.name}' contains"
    if found.dtype.is_float() and found.is_infinite().any():
        place = source.place(int(found.is_infinite().arg_true()[0]))
        raise Problem(f"{where} an infinite or too large number ({place}): correct it, or choose another target")
    if numbers.is_too_large(found):
        raise Problem(f"{where} whole numbers of more than 127 bits: choose another target")
    if is_text(column.dtype) and numbers.are_merged(column.cast(pl.String), found):
        raise Problem(
            f"{where} whole numbers too long to be distinguished as numbers, such as {column.drop_nulls()[0]}: choose "
            f"another target, or write task=classification if each is a class"
        )


def _shown(column: pl.Series, source: TableSource, dialect: Dialect) -> str:
    if not is_text(column.dtype):
        return describe_type(column.dtype)
    texts = column.cast(pl.String)
    floats = numbers.floats_of(numbers.plain_form(texts, dialect))
    row = int((floats.is_null() & texts.is_not_null()).arg_true()[0])
    return f"the text '{texts[row]}' ({source.place(row)})"
