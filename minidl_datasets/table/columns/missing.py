"""Missing inputs: an error, replaced by the mean, or their rows dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from minidl_datasets.table.columns.texts import missing_texts_in
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.quoted_table_text import FEW, quote, shorten_list
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.source import TableSource

Missing = Literal["error", "drop", "mean"]

MOSTLY_EMPTY = 0.5
"""Above this share of missing values, the advice is to ignore a column rather than to replace values."""


def check_missing(features: pl.DataFrame, missing: Missing, source: TableSource, dialect: Dialect) -> None:
    """Check that no input is missing unless `missing` allows it, and that `missing=drop` leaves some rows.

    Args:
        features: the inputs, null where a value is missing.
        missing: how missing values are treated.
        source: the table, for the texts in it that mark missing values.
        dialect: the possible texts for missing values.

    Raises:
        Problem: values are missing; it proposes the mean, and to ignore columns that are mostly empty.
    """
    counts = counts_of_missing(features)
    if missing == "mean" or not counts:
        return
    whole = features.drop_nulls().height
    if missing == "drop" and whole:
        return
    rows = features.height
    empty = tuple(name for name, count in counts.items() if count > MOSTLY_EMPTY * rows)
    solutions = [f"{format_setting('ignore', *empty)} (mostly empty)"] if empty else []
    if len(empty) < len(counts):
        solutions.append("missing=mean (the mean for a number, no category for a text)")
    if whole > rows / 2:
        solutions.append(f"missing=drop (drops {rows - whole} of {rows} rows)")
    if not empty and len(counts) <= FEW:
        solutions.append(format_setting("ignore", *counts))
    what = "every row has a missing value, in" if missing == "drop" else "values are missing in"
    proposed: dict[str, str | tuple[str, ...]] = {"ignore": empty} if empty else {}
    if len(empty) < len(counts):
        proposed["missing"] = "mean"
    raise Problem(
        f"{what} {_shown(counts, rows)}: write {', or '.join(solutions)}{_words(features, source, dialect)}",
        **proposed,
    )


def _words(features: pl.DataFrame, source: TableSource, dialect: Dialect) -> str:
    """Return which texts, other than `NA`, count as missing in columns with missing values."""
    names = [name for name in counts_of_missing(features) if name in source.frame.columns]
    words = [
        word
        for word in missing_texts_in(source.with_columns(*names).frame, dialect)
        if word.strip("#<>").upper() != "NA"
    ]
    if not words:
        return ""
    return (
        f" ({shorten_list(quote(word) for word in words)} counts as missing unless missing_values= names other texts)"
    )


def refuse_missing(features: pl.DataFrame) -> None:
    """Check that no input is missing in new data, of which every row needs a prediction.

    Raises:
        Problem: some are.
    """
    if counts := counts_of_missing(features):
        raise Problem(
            f"values are missing in {_shown(counts, features.height)}: fill them in, or train with "
            "missing=mean, which replaces them"
        )


def counts_of_missing(features: pl.DataFrame) -> dict[str, int]:
    """Return the number of missing values of each column that has some."""
    return {column.name: column.null_count() for column in features if column.null_count()}


def _shown(counts: Mapping[str, int], rows: int) -> str:
    return shorten_list(f"'{column}' ({count} of {rows})" for column, count in counts.items())
