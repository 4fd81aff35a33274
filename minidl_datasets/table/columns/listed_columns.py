"""The columns that settings name: the target, and the lists of other columns."""

from __future__ import annotations

from collections.abc import Iterable

from minidl_core import DataError, did_you_mean
from minidl_datasets.table.problems.quoted_table_text import shorten_list
from minidl_datasets.table.problems.setting_text import split_column_names
from minidl_datasets.table.reading.source import TableSource


def listed_columns(setting: str, text: str, source: TableSource) -> tuple[str, ...]:
    """Return the columns that a setting lists, separated by `+`.

    Raises:
        DataError: the table has no such column.
    """
    columns = source.frame.columns
    names = split_column_names(text, columns)
    for name in names:
        if name not in columns:
            raise DataError(
                f"{source.name} has no column '{name}', which is listed in {setting}=: {did_you_mean(name, columns)}"
            )
    return names


def check_target(target: str | None, source: TableSource, **lists: Iterable[str]) -> str:
    """Return the name of the target column, which must be in the table and in no list of other columns.

    Raises:
        DataError: the target is not given, not in the table, or listed in another setting.
    """
    columns = source.frame.columns
    if target is None:
        raise DataError(
            f"{source.name}: which column should be predicted? write target=COLUMN, one of {shorten_list(columns)}"
        )
    if target not in columns:
        raise DataError(f"{source.name} has no column '{target}' to predict: {did_you_mean(target, columns)}")
    for setting, names in lists.items():
        if target in names:
            instead = " and write task=classification" if setting == "categorical" else ""
            raise DataError(f"{source.name}: the target '{target}' is listed in {setting}=: remove it there{instead}")
    return target
