"""The rows of a table, checked and typed: what to predict from, and what to predict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from minidl_core import DataError
from minidl_datasets.table.columns import Kind, check_target, kinds_of, listed, typed
from minidl_datasets.table.missing import Missing, settle_missing
from minidl_datasets.table.reading.file import read_table
from minidl_datasets.table.target import Target
from minidl_datasets.table.task import AnyTask, decide_target, typed_target


@dataclass(frozen=True)
class Rows:
    """Inputs as floats and texts, null where missing; targets as the numbers of classes, or the numbers to predict."""

    features: pl.DataFrame
    targets: NDArray[Any]

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Return some of the rows, whose numbers ascend."""
        chosen = np.zeros(self.features.height, dtype=bool)
        chosen[rows] = True
        # Many times as quick as to gather the rows, where the table is in several pieces.
        return Rows(self.features.filter(pl.Series(chosen)), self.targets[rows])


@dataclass(frozen=True)
class TrainingTable:
    """The rows of the table to train with, and what is known of its columns."""

    name: str
    rows: Rows
    kinds: dict[str, Kind]
    target: Target
    target_is_text: bool

    def read_test_rows(self, path: Path, missing: Missing, separator: str | None) -> Rows:
        """Return the rows of another table that has the same columns.

        Raises:
            DataError: it cannot be read, lacks a column or values, or has other classes.
        """
        column = self.target.column
        texts = [name for name, kind in self.kinds.items() if kind == "text"]
        source = read_table(path, separator, [*texts, column] if self.target_is_text else texts)
        features = typed(source, self.kinds, mend="the training data has numbers there; correct it")
        check_target(column, source)
        targets = typed_target(source.frame[column], source, self.target.task)
        frame = settle_missing(features.with_columns(targets), column, missing, source.name)
        return Rows(frame.drop(column), self.target.values(frame[column], source))


def read_training_table(
    path: Path,
    target: str | None,
    *,
    task: AnyTask,
    missing: Missing,
    ignore: str,
    categorical: str,
    max_categories: int,
    separator: str | None,
) -> TrainingTable:
    """Return the table to train with; the settings are those of `Table`.

    Raises:
        DataError: there is no honest way to train on what it holds.
    """
    source = read_table(path, separator, {categorical, *categorical.split("+")})
    ignored, categories = listed("ignore", ignore, source), listed("categorical", categorical, source)
    column = check_target(target, source, ignore=ignored, categorical=categories)
    kinds = kinds_of(source, column, ignored, categories)
    targets = typed_target(source.frame[column], source, task)
    frame = settle_missing(typed(source, kinds).with_columns(targets), column, missing, source.name)
    decided = decide_target(frame[column], source.name, task)
    rows = Rows(frame.drop(column), decided.values(frame[column], source))
    _check_categories(rows.features, max_categories, source.name)
    return TrainingTable(source.name, rows, kinds, decided, targets.dtype == pl.String)


def _check_categories(features: pl.DataFrame, most: int, name: str) -> None:
    for column in features:
        if column.dtype == pl.String and (found := column.drop_nulls().n_unique()) > most:
            raise DataError(
                f"{name}: column '{column.name}' has {found} different texts, more than max_categories={most}: write "
                f"ignore={column.name}, or max_categories={found} if each is a category"
            )
