"""Missing values of inputs: made up for, refused, or their rows left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from minidl_datasets.table.columns.texts import missing_texts_in
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.quoting import FEW, quote, shorten_list
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

Missing = Literal["error", "drop", "mean"]

MOSTLY_EMPTY = 0.5
"""Columns with more missing values than this share are not to be made up for without being asked."""


def check_missing(features: pl.DataFrame, missing: Missing, source: TableSource, dialect: Dialect) -> None:
    """Check that no value is missing where none may be, and with `missing=drop` that rows are left.

    Args:
        features: the inputs, null where a value is missing.
        missing: what to do about missing values.
        source: the table, for the words that stand for missing values in it.
        dialect: which words these are.

    Raises:
        Problem: values are missing; it proposes means, and to ignore columns that are mostly empty.
    """
    counts = counts_of_missing(features)
    if missing == "mean" or not counts:
        return
    whole = features.drop_nulls().height
    if missing == "drop" and whole:
        return
    rows = features.height
    empty = tuple(name for name, count in counts.items() if count > MOSTLY_EMPTY * rows)
    ways = [f"{format_setting('ignore', *empty)} (mostly empty)"] if empty else []
    if len(empty) < len(counts):
        ways.append("missing=mean (the mean for a number, no category for a text)")
    if whole > rows / 2:
        ways.append(f"missing=drop (leaves out {rows - whole} of {rows} rows)")
    if not empty and len(counts) <= FEW:
        ways.append(format_setting("ignore", *counts))
    lacking = "each row lacks a value, in" if missing == "drop" else "values are missing in"
    proposed: dict[str, str | tuple[str, ...]] = {"ignore": empty} if empty else {}
    if len(empty) < len(counts):
        proposed["missing"] = "mean"
    raise Problem(
        f"{lacking} {_shown(counts, rows)}: write {', or '.join(ways)}{_words(features, source, dialect)}", **proposed
    )


def _words(features: pl.DataFrame, source: TableSource, dialect: Dialect) -> str:
    """Return which words, other than `NA`, count as missing in columns that lack values."""
    lacking = [name for name in counts_of_missing(features) if name in source.frame.columns]
    words = [
        word
        for word in missing_texts_in(source.with_columns(*lacking).frame, dialect)
        if word.strip("#<>").upper() != "NA"
    ]
    if not words:
        return ""
    return (
        f" ({shorten_list(quote(word) for word in words)} counts as missing unless missing_values= names other texts)"
    )


def refuse_missing(features: pl.DataFrame) -> None:
    """Check that no value is missing, where each row is to be predicted from.

    Raises:
        Problem: some are.
    """
    if counts := counts_of_missing(features):
        raise Problem(
            f"values are missing in {_shown(counts, features.height)}: fill them in, or train with missing=mean to "
            f"make up for them"
        )


def counts_of_missing(features: pl.DataFrame) -> dict[str, int]:
    """Return the number of missing values of each column that lacks some."""
    return {column.name: column.null_count() for column in features if column.null_count()}


def _shown(counts: Mapping[str, int], rows: int) -> str:
    return shorten_list(f"'{column}' ({count} of {rows})" for column, count in counts.items())
