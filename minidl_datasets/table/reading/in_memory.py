"""Tables in memory: polars and pandas data frames, dicts of columns, lists of dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from minidl_core import DataError
from minidl_datasets.table.reading.column_names import name_columns
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.reading.python_values import to_series
from minidl_datasets.table.reading.source import TableSource


def to_table_source(table: Any, dialect: Dialect) -> TableSource:
    """Return the table that is given as a path or in memory.

    Raises:
        DataError: it is neither, or cannot be read.
    """
    if isinstance(table, str | Path):
        return read_table(Path(table), dialect)
    columns = _columns(table)
    heights = {len(column) for column in columns}
    if len(heights) > 1:
        raise DataError(f"the columns of the table have different lengths, {min(heights)} and {max(heights)}")
    found = name_columns(
        pl.DataFrame([column.alias(str(place)) for place, column in enumerate(columns)]),
        [c.name for c in columns],
        "the table",
    )
    return TableSource(found.frame, row_names=found.row_names, notices=found.notices)


def _columns(table: Any) -> list[pl.Series]:
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pl.DataFrame):
        return table.get_columns()
    if _is_pandas(table) and hasattr(table, "columns"):
        return [_from_pandas(str(name), table.iloc[:, place]) for place, name in enumerate(table.columns)]
    if isinstance(table, Mapping):
        return [_column(str(name), values) for name, values in table.items()]
    if isinstance(table, Sequence) and table and all(isinstance(row, Mapping) for row in table):
        names = dict.fromkeys(name for row in table for name in row)
        return [to_series(str(name), [row.get(name) for row in table]) for name in names]
    raise DataError(
        f"expected the path of a table, a polars or pandas data frame, a dict of columns or a list of dicts, "
        f"not {type(table).__name__}"
    )


def _column(name: str, values: Any) -> pl.Series:
    """Return a column of a dict."""
    if isinstance(values, pl.Series):
        return values.alias(name)
    if _is_pandas(values):
        return _from_pandas(name, values)
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise DataError(f"the column '{name}' is the single value {values!r}: give a list with a value for each row")
    return to_series(name, values)


def _is_pandas(table: Any) -> bool:
    """Return whether a table or column comes from pandas, which may not be installed."""
    return type(table).__module__.partition(".")[0] == "pandas" and hasattr(table, "iloc")


def _from_pandas(name: str, column: Any) -> pl.Series:
    """Return a column of pandas; polars would convert it by pyarrow, which may not be installed."""
    if str(getattr(column.dtype, "tz", None) or ""):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    values = column.to_numpy() if isinstance(column.dtype, np.dtype) else None
    if values is None or values.dtype.kind not in "biufM":
        return to_series(
            name, [None if missing else value for value, missing in zip(column, column.isna(), strict=True)]
        )
    if values.dtype.kind == "M":
        values = values.astype("datetime64[us]")
    return pl.Series(name, values)
