"""Missing values: found, and made up for or refused."""

from __future__ import annotations

from typing import Literal

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.source import listing

Missing = Literal["error", "drop", "mean"]


def settle_missing(frame: pl.DataFrame, target: str, missing: Missing, name: str) -> pl.DataFrame:
    """Return the rows to work with: all, or with `missing=drop` those that lack nothing.

    Args:
        frame: the inputs and the target, null where a value is missing.
        target: the column of the target, which no mean may stand for.
        missing: what to do about missing values.
        name: the table's, for messages.

    Raises:
        DataError: values are missing where they may not be, or no row is left.
    """
    counts = counts_of_missing(frame)
    if missing == "drop":
        rows = frame.drop_nulls()
        if not rows.height:
            raise DataError(
                f"{name} lacks a value in each row, in {_shown(counts, frame.height)}: ignore the emptiest columns"
            )
        return rows
    if target in counts:
        raise DataError(
            f"{name} lacks values of the target '{target}' (rows without: {counts[target]}), which cannot be made up "
            f"for: write missing=drop to leave such rows out"
        )
    if missing == "error" and counts:
        raise DataError(
            f"{name} lacks values in {_shown(counts, frame.height)}: write missing=mean (the mean for a number, "
            f"no category for a text), missing=drop (leaves these rows out) or ignore={'+'.join(list(counts)[:3])}"
        )
    return frame


def refuse_missing(frame: pl.DataFrame, name: str) -> None:
    """Check that no value is missing, where each row is to be predicted from.

    Raises:
        DataError: some are.
    """
    if counts := counts_of_missing(frame):
        raise DataError(
            f"{name} lacks values in {_shown(counts, frame.height)}: fill them in, or train "
            f"with missing=mean to make up for them"
        )


def counts_of_missing(frame: pl.DataFrame) -> dict[str, int]:
    """Return the number of missing values of each column that lacks some."""
    return {column.name: column.null_count() for column in frame if column.null_count()}


def _shown(counts: dict[str, int], rows: int) -> str:
    return listing(f"'{column}' ({count} of {rows})" for column, count in counts.items())
