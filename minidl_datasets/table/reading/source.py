"""A table in memory, and how messages name its places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import polars as pl

FEW = 5
"""So many names or values are listed in a message; of more it gives the number."""

LONGEST = 60
"""Texts of tables are cut off after this many characters in messages."""

Place = Callable[[int], str]
"""Where in its file a row of a table is; rows count from 0."""


def place_of_row(row: int) -> str:
    """Return the place of a row in a table without lines."""
    return f"row {row + 1}"


@dataclass(frozen=True)
class TableSource:
    """A table with the name that messages call it by, and the place of a row in it.

    row_names: the column that names the rows, which is no input; None where there is none.
    notices: a sentence about each column that had no name, by the name it was given.
    whole: the table before rows were left out; None where none were.
    """

    frame: pl.DataFrame
    name: str = "the table"
    place: Place = place_of_row
    row_names: str | None = None
    notices: dict[str, str] = field(default_factory=dict)
    whole: pl.DataFrame | None = None

    @property
    def all_rows(self) -> pl.DataFrame:
        """The table with the rows that were left out."""
        return self.frame if self.whole is None else self.whole

    def filter(self, kept: pl.Series) -> TableSource:
        """Return the rows for which `kept` is true, at the places where they are."""
        if kept.all():
            return self
        rows = kept.arg_true()
        frame = self.frame.filter(kept)
        return replace(self, frame=frame, place=lambda row: self.place(int(rows[row])), whole=self.all_rows)

    def with_columns(self, *names: str) -> TableSource:
        """Return the table with some of its columns only."""
        # One after another, for polars reads names such as `*` and `^a$` as patterns where it selects.
        frame, whole = (pl.DataFrame([table[name] for name in names]) for table in (self.frame, self.all_rows))
        return replace(self, frame=frame, whole=whole)

    def shown(self, texts: pl.Series, rows: pl.Series) -> str:
        """Return the texts of the first two of some rows, each with its place."""
        return ", ".join(f"{quoted(texts[row])} ({self.place(row)})" for row in rows[:2])


def quoted(text: str) -> str:
    """Return a text of a table as messages show it: on one line, and not too long."""
    line = text if text.isprintable() else repr(text)[1:-1]
    return f"'{line}'" if len(line) <= LONGEST else f"'{line[:LONGEST]}…'"


def listing(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    names = list(names)
    shown = ", ".join(names[:FEW])
    return f"{shown} and {len(names) - FEW} more" if len(names) > FEW else shown
