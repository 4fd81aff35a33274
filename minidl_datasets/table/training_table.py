"""The table to train with: its columns and its target decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from minidl_core import DataError, Notice
from minidl_datasets.table.choices import Choices
from minidl_datasets.table.columns import Column, Kind, check_target, listed
from minidl_datasets.table.deciding import Decider
from minidl_datasets.table.missing import check_missing
from minidl_datasets.table.problem import Findings
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.rows import Counts, Rows, counted
from minidl_datasets.table.target import Target
from minidl_datasets.table.task import decide_target
from minidl_datasets.table.texts import without_missing


@dataclass(frozen=True)
class TrainingTable:
    """The rows of the table to train with, and what was decided about it."""

    name: str
    rows: Rows
    columns: tuple[Column, ...]
    target: Target
    counts: Counts
    notices: tuple[Notice, ...]

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each input column."""
        return {column.name: column.kind for column in self.columns}


def read_training_table(path: Path, choices: Choices) -> TrainingTable:
    """Return the table to train with.

    Raises:
        Problems: there is no honest way to train on what it holds.
        DataError: it cannot be read, or lacks a column that is named.
    """
    source = read_table(path, choices.dialect)
    lists = {
        setting: listed(setting, getattr(choices, setting), source) for setting in ("ignore", "categorical", "dates")
    }
    target = check_target(choices.target, source, **lists)
    left_out = {target, source.row_names, *lists["ignore"]}
    names = [name for name in source.frame.columns if name not in left_out]
    if not names:
        raise DataError(f"{source.name} has no column left to predict '{target}' from: ignore fewer, or add one")
    findings = Findings(source.name, [name for name in source.frame.columns if name != source.row_names])
    decided, labelled = None, source
    with findings:
        decided = decide_target(without_missing(source.frame[target], choices.dialect), source, choices)
        labelled = source.filter(decided.values.is_not_null())
    decider = Decider(labelled, choices, lists["categorical"], lists["dates"])
    columns = _decided(names, decider, findings)
    features = pl.DataFrame([column.values for column in columns])
    with findings:
        check_missing(features, choices.missing, labelled, choices.dialect)
    findings.check()
    if decided is None:
        raise AssertionError("a target that is not decided is a problem")
    rows, counts = counted(Rows(features, decided.values.drop_nulls()), source.frame.height, choices.missing)
    told = [Notice(text) for name, text in source.notices.items() if name not in lists["ignore"]]
    notices = (*told, *decided.notices, *_told(columns, rows), *counts.notices(source.name))
    return TrainingTable(source.name, rows, columns, decided.target, counts, notices)


def _decided(names: list[str], decider: Decider, findings: Findings) -> tuple[Column, ...]:
    """Return the columns that can be inputs; the problems of others are among the findings."""
    columns = []
    for name in names:
        with findings:
            columns.append(decider.decide(name))
    return tuple(columns)


def _told(columns: tuple[Column, ...], rows: Rows) -> tuple[Notice, ...]:
    """Return what is told of columns: what was decided, and where means stand for most values."""
    half = len(rows.targets) / 2
    empty = [column for column in rows.features if column.null_count() > half]
    return (
        *(notice for column in columns for notice in column.notices),
        *(
            Notice(f"column '{column.name}' lacks {column.null_count()} of {len(column)} values", warning=True)
            for column in empty
        ),
    )
