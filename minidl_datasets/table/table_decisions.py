"""Decides the target and the input columns of a table, and collects all its problems."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.columns.column import Column
from minidl_datasets.table.columns.column_decider import ColumnDecider
from minidl_datasets.table.columns.listed_columns import check_target, listed_columns
from minidl_datasets.table.columns.missing import check_missing
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.columns.texts import missing_to_null
from minidl_datasets.table.problems.problem import Problem, ProblemCollector, Problems
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.target_column.task import DecidedTarget, decide_target


@dataclass(frozen=True)
class TableDecisions:
    """The decisions about a table.

    source: the table as it was read.
    labeled: its target and inputs, in the rows that have a target; in all rows if the target has a problem.
    ignored: the columns that the user ignores.
    name: the column to predict.
    target: the target; None if it has a problem.
    columns: the inputs that have no problem.
    problems: all problems; None if there are none.
    """

    source: TableSource
    labeled: TableSource
    ignored: tuple[str, ...]
    name: str
    target: DecidedTarget | None
    columns: tuple[Column, ...]
    problems: Problems | None


def decide(source: TableSource, settings: ColumnSettings) -> TableDecisions:
    """Return the decisions about a table.

    Raises:
        DataError: a setting names a column that is not in the table or that another setting names, or no column is left
            to predict from. If the file seems to have another separator, the error says so instead.
    """
    try:
        return _decide(source, settings)
    except DataError:
        if source.separator_error is None:
            raise
        raise source.separator_error from None


def _decide(source: TableSource, settings: ColumnSettings) -> TableDecisions:
    lists = {
        setting: listed_columns(setting, getattr(settings, setting), source)
        for setting in ("ignore", "categorical", "dates")
    }
    name = check_target(settings.target, source, **lists)
    _check_inputs(lists["categorical"], lists["dates"], source)
    excluded = {name, source.row_names, *lists["ignore"]}
    inputs = [column for column in source.frame.columns if column not in excluded]
    if not inputs:
        raise DataError(f"{source.name} has no column left to predict '{name}' from: ignore fewer columns, or add one")
    collector = ProblemCollector(source.name, _without_row_names(source))
    with collector:
        _check_separator(source)
    labeled = decided_source = source.with_columns(name, *inputs)
    target = None
    with collector:
        target = decide_target(missing_to_null(source.frame[name], settings.dialect), decided_source, settings)
        labeled = decided_source.filter(target.values.is_not_null())
    decider = ColumnDecider(labeled, settings, lists["categorical"], lists["dates"])
    columns, solvable = _decide_columns(inputs, decider, collector)
    undecided = (missing_to_null(labeled.frame[column], settings.dialect) for column in solvable)
    with collector:
        values = pl.DataFrame([*(column.values for column in columns), *undecided])
        check_missing(values, settings.missing, labeled, settings.dialect)
    return TableDecisions(source, labeled, lists["ignore"], name, target, columns, collector.problems)


def _check_separator(source: TableSource) -> None:
    if (error := source.separator_error) is not None:
        raise Problem(error.what, separator=error.separator)


def _check_inputs(categorical: tuple[str, ...], dates: tuple[str, ...], source: TableSource) -> None:
    """Check that no input is listed in two settings, and that row names are listed in none."""
    if both := sorted({*categorical} & {*dates}):
        raise DataError(
            f"{source.name}: '{both[0]}' is listed in categorical= and in dates=: remove it from one of them"
        )
    if source.row_names in {*categorical, *dates}:
        raise DataError(
            f"{source.name}: the column '{source.row_names}' contains the row names and is not an input: remove it "
            f"from the list, or give it a name in the file"
        )


def _without_row_names(source: TableSource) -> list[str]:
    """Return the names of the columns, without the column of row names."""
    return [column for column in source.frame.columns if column != source.row_names]


def _decide_columns(
    names: list[str], decider: ColumnDecider, collector: ProblemCollector
) -> tuple[tuple[Column, ...], list[str]]:
    """Return the decided columns, and the names of those that become inputs with the settings that are proposed."""
    columns, solvable = [], []
    for name in names:
        known = len(collector.found)
        with collector:
            columns.append(decider.decide(name))
        if any("ignore" not in problem.settings for problem in collector.found[known:]):
            solvable.append(name)
    return tuple(columns), solvable
