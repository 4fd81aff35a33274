"""An input column of a table, whose kind is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from minidl_core import Notice

Kind = Literal["number", "text", "date"]


@dataclass(frozen=True)
class Column:
    """An input column with its kind.

    kind: what the column contains.
    values: numbers (floats, or whole numbers and decimals that floats cannot represent exactly), texts (String), or
        dates (Date, Datetime or Time); null where a value is missing.
    notices: decisions that may surprise the user.
    """

    kind: Kind
    values: pl.Series
    notices: tuple[Notice, ...] = ()

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.values.name
