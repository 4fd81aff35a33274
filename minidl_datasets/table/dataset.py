"""A table of one's own: CSV, TSV, Parquet or NDJSON."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from minidl_core import Data, DataDescription, DataError, Dataset, Preprocessing, SettingError, derive, generator
from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.columns.settings import Choices
from minidl_datasets.table.compatibility import FRESH, check_fits, further_told, misfit
from minidl_datasets.table.decisions import Decisions, decide_file
from minidl_datasets.table.description import described
from minidl_datasets.table.encoding.encoders import fit_encoders
from minidl_datasets.table.preprocessing import TablePreprocessing
from minidl_datasets.table.problems.advice import advised
from minidl_datasets.table.problems.problem import Problems
from minidl_datasets.table.reading.column_names import normalized
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.rows.matched_rows import KnownRows, read_rows_like
from minidl_datasets.table.rows.split import split
from minidl_datasets.table.rows.train_and_test import Parts
from minidl_datasets.table.rows.training_table import TrainingTable, training_table
from minidl_datasets.table.target.target import AnyTask, Target


class Table(Dataset):
    """A table of one's own: numbers standardized, texts one-hot, one column to predict.

    Number:    z = (x - mean) / deviation; true/false are 1/0
    Category:  one-hot, in order, each input named `column=category`
    Date:      year, month, day, weekday, seconds of the day and
               days since the first, each a number, named `column.year`
               and so on; those that are constant are left out

    Mean, (population) deviation and categories are those of the training rows that have a value. A number that is
    constant there tells nothing and becomes 0 for all data; a category that is not there is all zeros.

    Columns: what a column is follows from all its values, by one rule for all formats. Texts that are all numbers are
    numbers. Texts that are different in more than half of the rows identify rows, and are an error, as are dates that
    are not listed, and numbers with other texts among them. All problems of a file are told at once.

    Target: texts, true/false, and whole numbers from 0 or 1 on without gaps, ten values at most with two rows each on
    average, are classes, of which the whole table tells the names, one-hot; other numbers are a regression,
    standardized like inputs, while metrics are in the user's units. Texts of more than 100 different values, or of
    fewer than 2 rows a value on average, are ambiguous, as are numbers written in several ways, and `task` must decide.

    Test: a share of the rows, drawn by the seed, of each class in proportion; each class keeps a row to train with.

    Missing: null, NaN, an empty text and the texts of `missing_values`. Rows without a target are left out. Blank lines
    are no rows; spaces around names and texts do not count.

    Inputs are float32 where all numbers of a Parquet file are, which tell no more digits, else float64.

    Shape: inputs: (rows, numbers + categories); targets: (rows, classes), for a regression (rows, 1)

    Example: minidl run --data table:data.csv:target=species

    Args:
        path: a file that ends in .csv, .tsv, .ndjson or .jsonl, in UTF-8, perhaps compressed as .gz, or in .parquet.
        target: the column to predict.
        test: a file with the rows to test by; None takes a share of the table. Further columns in it are ignored.
        test_share: the share of the rows to test by, between 0 and 1.
        task: classification, regression, or auto, which goes by the values of the target.
        standardize: whether numbers, and the targets of a regression, are standardized.
        missing: error; drop leaves rows out that lack an input; mean puts the training mean for a number and no
            category for a text. New data to predict from cannot drop rows.
        ignore: columns to leave out, separated by `+`.
        categorical: columns that are categories whatever they hold, separated by `+`.
        max_categories: so many categories may a column have, at least 1.
        separator: what separates the values of CSV and TSV, one character or `tab`; None is a comma or a tab.
        seed: the seed of the split; None follows the seed of the run, so that repeats see different splits.
        dates: columns of dates and times to take features from, separated by `+`.
        decimal: the sign before the decimals of numbers that are texts, a point or a comma.
        thousands: the sign between the thousands of numbers that are texts, such as ' or `space`; none if empty.
        missing_values: the texts that stand for a missing value, separated by `+`; an empty text always does.

    Raises:
        SettingError: a setting is outside its range.
        DataError: the file cannot be read; a column is absent, or neither numbers, texts nor dates; texts identify rows
            or are numbers with others among them; numbers are infinite; values are missing; there are too many
            categories; the target is ambiguous, one single class or constant; nothing is left to learn from; the test
            rows do not fit.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a table has many sides
        self,
        path: Path,
        target: str | None = None,
        test: Path | None = None,
        test_share: float = 0.2,
        task: Literal["auto", "classification", "regression"] = "auto",
        standardize: bool = True,  # noqa: FBT001, FBT002 - settings are written by name
        missing: Literal["error", "drop", "mean"] = "error",
        ignore: str = "",
        categorical: str = "",
        max_categories: int = 100,
        separator: str | None = None,
        seed: int | None = None,
        dates: str = "",
        decimal: str = ".",
        thousands: str = "",
        missing_values: str = "NA+N/A+n/a+#N/A+#NA+<NA>+NaN+nan+null+NULL+None+?",
    ) -> None:
        if not 0 < test_share < 1:
            raise SettingError("table", "test_share", test_share, "between 0 and 1")
        if max_categories < 1:
            raise SettingError("table", "max_categories", max_categories, "at least 1")
        for name, value, known in (("task", task, AnyTask), ("missing", missing, Missing)):
            if value not in get_args(known):
                raise SettingError("table", name, value, f"one of {', '.join(get_args(known))}")
        self.path = Path(path)
        self.target = target
        self.test = test if test is None else Path(test)
        self.test_share = test_share
        self.task = task
        self.standardize = standardize
        self.missing = missing
        self.ignore = ignore
        self.categorical = categorical
        self.max_categories = max_categories
        self.dates = dates
        self.dialect = Dialect.of(separator, decimal, thousands, missing_values)
        self.seed = seed

    def load(self, seed: int) -> Data:
        """Split the rows and fit the preprocessing; the files are read once."""
        table = self._table
        parts = self._parts(table, self._test_rows, table.target, seed)
        target = table.target.fit(parts.train.targets, table.name, standardize=self.standardize)
        encoders = fit_encoders(parts.train.features, table.name, standardize=self.standardize)
        return parts.data(TablePreprocessing(encoders, target, self.missing, self.dialect))

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Split the rows and treat them by a preprocessing that a network has already."""
        if not isinstance(preprocessing, TablePreprocessing):
            raise DataError(f"the network was not trained on a table: {FRESH}")
        check_fits(preprocessing, self.choices)
        table = further_told(self._rows_like(self.path, preprocessing), self.choices)
        tested = None if self.test is None else self._rows_like(self.test, preprocessing)
        parts = self._parts(table, tested, preprocessing.target, seed)
        for message in preprocessing.unseen(parts.train.features, table.name):
            raise DataError(f"{message}: {FRESH}")
        return parts.data(preprocessing)

    def describe(self) -> DataDescription:
        """Return what the table holds, what was decided about it, and all problems."""
        decisions = self._decide()
        advice = self._advice(decisions)
        return described(decisions, self.missing, standardize=self.standardize, advice=advice)

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        """Return the preprocessing by the training rows."""
        return TablePreprocessing.from_json(saved)

    @property
    def choices(self) -> Choices:
        """The settings by which columns are decided."""
        return Choices(
            target=self.target and normalized(self.target),
            task=self.task,
            missing=self.missing,
            ignore=self.ignore,
            categorical=self.categorical,
            dates=self.dates,
            max_categories=self.max_categories,
            dialect=self.dialect,
        )

    def _parts(self, table: TrainingTable | KnownRows, tested: KnownRows | None, target: Target, seed: int) -> Parts:
        """Return a table and the rows to test with, which are a share of its own if no others are given."""
        rows = table.rows
        if tested is not None:
            notices = (*table.notices, *tested.notices)
            return Parts(rows, tested.rows, tested.name, table.counts.plus(tested.counts), notices)
        classes = rows.targets.to_numpy() if target.task == "classification" else np.zeros(len(rows.targets), np.int64)
        source = generator(derive(seed if self.seed is None else self.seed, "table"))
        train, test = split(classes, self.test_share, source, table.name)
        name = f"the test rows of {table.name}"
        return Parts(rows.take(train), rows.take(test), name, table.counts, table.notices)

    @cached_property
    def _table(self) -> TrainingTable:
        decisions = self._decide()
        if decisions.problems is not None:
            raise decisions.problems.with_advice(self._advice(decisions))
        return training_table(decisions, self.missing)

    def _decide(self) -> Decisions:
        return decide_file(self.path, self.choices)

    def _advice(self, decisions: Decisions) -> str:
        """Return the line that solves all problems; empty where there is none."""
        problems = decisions.problems
        return "" if problems is None else advised(self, problems.columns, problems.found)

    @cached_property
    def _test_rows(self) -> KnownRows | None:
        if self.test is None:
            return None
        table = self._table
        return read_rows_like(self.test, table.kinds, table.target, missing=self.missing, dialect=self.dialect)

    def _rows_like(self, path: Path, preprocessing: TablePreprocessing) -> KnownRows:
        """Return the rows of a file in the columns of a network."""
        kinds, target = preprocessing.kinds, preprocessing.target
        try:
            return read_rows_like(path, kinds, target, missing=self.missing, dialect=self.dialect, hint=FRESH)
        except Problems as problems:
            raise misfit(problems) from None
