"""A table that was read: its values, its name, and the places of its rows for messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import polars as pl

from minidl_datasets.table.problems.quoted_table_text import quote
from minidl_datasets.table.reading.csv_separators import OtherSeparatorError

Place = Callable[[int], str]
"""Returns the place of a row of a table in its file; rows count from 0."""


def place_of_row(row: int) -> str:
    """Return the place of a row in a table without lines."""
    return f"row {row + 1}"


@dataclass(frozen=True)
class TableSource:
    """A table with its name in messages and the place of each row.

    row_names: the column that names the rows, which is not an input; None if there is none.
    notices: a sentence about each column without a name, by the name that it was given.
    whole: the table before rows were filtered out; None if none were.
    separator_error: the error that another separator than the expected one separates the values; None if none does.
    """

    frame: pl.DataFrame
    name: str = "the table"
    place: Place = place_of_row
    row_names: str | None = None
    notices: dict[str, str] = field(default_factory=dict)
    whole: pl.DataFrame | None = None
    separator_error: OtherSeparatorError | None = None

    @property
    def all_rows(self) -> pl.DataFrame:
        """The table with the rows that were filtered out."""
        return self.frame if self.whole is None else self.whole

    def filter(self, kept: pl.Series) -> TableSource:
        """Return the rows for which `kept` is true, with their places."""
        if kept.all():
            return self
        rows = kept.arg_true()
        frame = self.frame.filter(kept)
        return replace(self, frame=frame, place=lambda row: self.place(int(rows[row])), whole=self.all_rows)

    def with_columns(self, *names: str) -> TableSource:
        """Return the table with only these columns."""
        # One after another, because polars reads names such as `*` and `^a$` as patterns where it selects.
        frame, whole = (pl.DataFrame([table[name] for name in names]) for table in (self.frame, self.all_rows))
        return replace(self, frame=frame, whole=whole)

    def examples(self, texts: pl.Series, rows: pl.Series) -> str:
        """Return the texts of the first two of the given rows, with their places."""
        return ", ".join(f"{quote(texts[row])} ({self.place(row)})" for row in rows[:2])
