"""The settings that decide the target and the columns of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.reading.dialect import Dialect

AnyTask = Literal["auto", "classification", "regression"]


@dataclass(frozen=True)
class ColumnSettings:
    """The settings of `Table` that decide its columns; lists of columns are unsplit."""

    target: str | None = None
    task: AnyTask = "auto"
    missing: Missing = "error"
    ignore: str = ""
    categorical: str = ""
    dates: str = ""
    max_categories: int = 100
    dialect: Dialect = field(default_factory=Dialect)
