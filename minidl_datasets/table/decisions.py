"""What was decided about a table, and the problems that were found on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from minidl_core import DataError
from minidl_datasets.table.columns.column import Column, check_target, listed
from minidl_datasets.table.columns.column_decider import Decider
from minidl_datasets.table.columns.missing import check_missing
from minidl_datasets.table.columns.settings import Choices
from minidl_datasets.table.columns.texts import without_missing
from minidl_datasets.table.problems.problem import Findings, Problem, Problems
from minidl_datasets.table.reading.csv_separators import OtherSeparatorError
from minidl_datasets.table.reading.dialect import SPOKEN
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.reading.source import TableSource
from minidl_datasets.table.target.task import DecidedTarget, decide_target


@dataclass(frozen=True)
class Decisions:
    """What was decided about a table.

    source: the table as it was read.
    labeled: its target and inputs, in the rows that have a target; in all rows where the target has a problem.
    ignored: the columns that the user leaves out.
    name: the column to predict.
    target: what to predict; None where it has a problem.
    columns: the inputs that have no problem.
    problems: all problems; None where there are none.
    """

    source: TableSource
    labeled: TableSource
    ignored: tuple[str, ...]
    name: str
    target: DecidedTarget | None
    columns: tuple[Column, ...]
    problems: Problems | None


def decide_file(path: Path, choices: Choices) -> Decisions:
    """Read the table that a file holds, and decide its target and columns.

    A file that another sign separates is read by that, so that this problem is found with all others.

    Raises:
        DataError: the file cannot be read, or `decide` fails.
    """
    try:
        return decide(read_table(path, choices.dialect), choices)
    except OtherSeparatorError as error:
        sign = SPOKEN.get(error.separator, error.separator)
        other = replace(choices, dialect=replace(choices.dialect, separator=sign))
        try:
            decisions = decide(read_table(path, other.dialect), other)
        except DataError:
            raise error from None
        source, found = decisions.source, decisions.problems.found if decisions.problems else ()
        problem = Problem(error.what, separator=error.separator)
        return replace(decisions, problems=Problems(source.name, (problem, *found), _columns(source)))


def decide(source: TableSource, choices: Choices) -> Decisions:
    """Decide the target and the columns of a table.

    Raises:
        DataError: a column that a setting names is not in the table or in another list, or none is left to predict
            from.
    """
    lists = {
        setting: listed(setting, getattr(choices, setting), source) for setting in ("ignore", "categorical", "dates")
    }
    name = check_target(choices.target, source, **lists)
    _check_inputs(lists["categorical"], lists["dates"], source)
    left_out = {name, source.row_names, *lists["ignore"]}
    inputs = [column for column in source.frame.columns if column not in left_out]
    if not inputs:
        raise DataError(f"{source.name} has no column left to predict '{name}' from: ignore fewer, or add one")
    findings = Findings(source.name, _columns(source))
    looked_at = source.with_columns(name, *inputs)
    target, labeled = None, looked_at
    with findings:
        target = decide_target(without_missing(source.frame[name], choices.dialect), looked_at, choices)
        labeled = looked_at.filter(target.values.is_not_null())
    columns, undecided = _decided(inputs, Decider(labeled, choices, lists["categorical"], lists["dates"]), findings)
    kept = (without_missing(labeled.frame[column], choices.dialect) for column in undecided)
    with findings:
        values = pl.DataFrame([*(column.values for column in columns), *kept])
        check_missing(values, choices.missing, labeled, choices.dialect)
    return Decisions(source, labeled, lists["ignore"], name, target, columns, findings.problems)


def _check_inputs(categorical: tuple[str, ...], dates: tuple[str, ...], source: TableSource) -> None:
    """Check that the user says one thing about an input, and nothing about row names."""
    if both := sorted({*categorical} & {*dates}):
        raise DataError(f"{source.name}: '{both[0]}' is listed in categorical= and in dates=: drop it from one of them")
    if source.row_names in {*categorical, *dates}:
        raise DataError(
            f"{source.name}: the column '{source.row_names}' names the rows and is no input: drop it from the list, or "
            f"give it a name in the file"
        )


def _columns(source: TableSource) -> list[str]:
    """Return the columns without that of row names."""
    return [column for column in source.frame.columns if column != source.row_names]


def _decided(names: list[str], decider: Decider, findings: Findings) -> tuple[tuple[Column, ...], list[str]]:
    """Return the columns that are decided, and those that could be with the settings that their problems propose."""
    columns, undecided = [], []
    for name in names:
        known = len(findings.found)
        with findings:
            columns.append(decider.decide(name))
        if any("ignore" not in problem.settings for problem in findings.found[known:]):
            undecided.append(name)
    return tuple(columns), undecided
