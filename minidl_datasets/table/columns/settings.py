"""What the user says about the columns of a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.target.target import AnyTask


@dataclass(frozen=True)
class Choices:
    """The settings of `Table` by which its columns are decided; lists of columns are as written."""

    target: str | None = None
    task: AnyTask = "auto"
    missing: Missing = "error"
    ignore: str = ""
    categorical: str = ""
    dates: str = ""
    max_categories: int = 100
    dialect: Dialect = field(default_factory=Dialect)
