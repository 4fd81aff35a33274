"""The columns of a table that are decided: of which kind each is, and its values in that kind's type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from minidl_core import DataError, Notice, did_you_mean
from minidl_datasets.table.problems.setting_text import split_names
from minidl_datasets.table.reading.source import TableSource, listing

Kind = Literal["number", "text", "date"]


@dataclass(frozen=True)
class Column:
    """An input column whose kind is decided.

    kind: what its inputs are made of.
    values: numbers (floats, or whole numbers that floats would not hold exactly), texts (String), or dates (Date,
        Datetime or Time); null where missing.
    notices: what was decided that could surprise.
    """

    kind: Kind
    values: pl.Series
    notices: tuple[Notice, ...] = ()

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.values.name


def listed(setting: str, text: str, source: TableSource) -> tuple[str, ...]:
    """Return the columns that a setting lists, separated by `+`.

    Raises:
        DataError: the table has no such column.
    """
    columns = source.frame.columns
    names = split_names(text, columns)
    for name in names:
        if name not in columns:
            raise DataError(f"{source.name} has no column '{name}' to {setting}: {did_you_mean(name, columns)}")
    return names


def check_target(target: str | None, source: TableSource, **lists: Iterable[str]) -> str:
    """Return the name of the target column, which must be in the table and in no list of other columns.

    Raises:
        DataError: it is not given or not there, or listed as something else.
    """
    columns = source.frame.columns
    if target is None:
        raise DataError(f"{source.name}: which column is to be predicted? write target=COLUMN: {listing(columns)}")
    if target not in columns:
        raise DataError(f"{source.name} has no column '{target}' to predict: {did_you_mean(target, columns)}")
    for setting, names in lists.items():
        if target in names:
            instead = " and write task=classification" if setting == "categorical" else ""
            raise DataError(f"{source.name}: the target '{target}' is listed in {setting}=: drop it there{instead}")
    return target
