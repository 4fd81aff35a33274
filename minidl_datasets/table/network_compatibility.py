"""Checks that a table is compatible with a trained network."""

from __future__ import annotations

from minidl_core import DataError, Notice
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.preprocessing import TablePreprocessing
from minidl_datasets.table.problems.problem import Problems
from minidl_datasets.table.problems.quoted_table_text import shorten_list
from minidl_datasets.table.problems.setting_text import split_column_names
from minidl_datasets.table.rows.matched_rows import MatchedRows

BUILD_NEW = "pass fresh=True to build a new network for these data"
"""The hint if a table is not compatible."""


def check_compatible(preprocessing: TablePreprocessing, settings: ColumnSettings) -> None:
    """Check that the settings of a table do not contradict those that a network was trained with.

    Raises:
        DataError: the target, the task or the inputs differ.
    """
    target = preprocessing.target
    if settings.target not in {None, target.column}:
        raise DataError(f"the network predicts '{target.column}', not '{settings.target}': {BUILD_NEW}")
    if settings.task not in {"auto", target.task}:
        raise DataError(f"the network was trained for a {target.task}, not a {settings.task}: {BUILD_NEW}")
    for name in split_column_names(settings.ignore, preprocessing.kinds):
        if name in preprocessing.kinds:
            raise DataError(f"the network needs the input '{name}', which is listed in ignore=: {BUILD_NEW}")


def incompatibility_error(problems: Problems) -> DataError:
    """Return the error about a table that is not compatible with a network, with the hint to build a new one."""
    text = str(problems)
    if BUILD_NEW in text or all("missing" in problem.settings for problem in problems.found):
        return problems
    return DataError(f"{text}\nIf the data is correct, {BUILD_NEW}")


def add_notice_of_unused_columns(table: MatchedRows, settings: ColumnSettings) -> MatchedRows:
    """Return a table with a notice about columns that the network does not use and the user does not ignore."""
    unused = [name for name in table.unused if name not in split_column_names(settings.ignore, table.unused)]
    if not unused:
        return table
    notice = Notice(f"{table.name}: columns that the network does not use are ignored: {shorten_list(unused)}")
    return table._replace(notices=(*table.notices, notice))
