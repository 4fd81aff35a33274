"""The dataset `table`: a table from a CSV, TSV, Parquet or NDJSON file."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from minidl_core import Data, DataDescription, DataError, Dataset, Preprocessing, SettingError, derive, generator
from minidl_datasets.table.columns.missing import Missing
from minidl_datasets.table.columns.settings import AnyTask, ColumnSettings
from minidl_datasets.table.description import describe_table
from minidl_datasets.table.encoding.encoders import fit_encoders
from minidl_datasets.table.network_compatibility import (
    BUILD_NEW,
    add_notice_of_unused_columns,
    check_compatible,
    incompatibility_error,
)
from minidl_datasets.table.preprocessing import TablePreprocessing
from minidl_datasets.table.problems.advice import advice_line
from minidl_datasets.table.problems.problem import Problems
from minidl_datasets.table.reading.column_names import normalize_column_name
from minidl_datasets.table.reading.dialect import Dialect
from minidl_datasets.table.reading.file import read_table, read_table_by_any_separator
from minidl_datasets.table.rows.matched_rows import MatchedRows, match_rows
from minidl_datasets.table.rows.split import split
from minidl_datasets.table.rows.train_test_rows import TrainTestRows
from minidl_datasets.table.rows.training_table import TrainingTable, training_table
from minidl_datasets.table.table_decisions import TableDecisions, decide
from minidl_datasets.table.target_column.target import Target


class Table(Dataset):
    """A table from a file: numbers are standardized, texts become one-hot, one column is predicted.

    Number:    z = (x - mean) / deviation; true/false are 1/0
    Category:  one-hot, in order, each input named `column=category`
    Date:      year, month, day, weekday, seconds of the day and
               days since the first date, each a number, named
               `column.year` and so on; constant ones are dropped

    Mean, (population) deviation and categories come from the training rows that have a value. A number that is constant
    there becomes 0 for all data; a category that does not occur there is all zeros.

    Columns: the kind of a column follows from all its values, by one rule for all formats. Texts that are all numbers
    are numbers. Texts that differ in more than half of the rows identify rows and are an error, as are dates that are
    not listed, and numbers with other texts among them. All problems of a file are reported at once.

    Target: texts, true/false, and whole numbers without gaps that start at 0 or 1 (at most ten values, on average two
    rows each) are classes, one-hot over all classes of the whole table. Other numbers are a regression: standardized
    like inputs, with metrics in the user's units. The target is ambiguous, and `task` must decide, if texts have more
    than 100 different values or fewer than 2 rows per value on average, or if one number is written in several ways.

    Test: a random share of the rows, drawn by the seed, from each class in proportion; each class keeps a training row.

    Missing: null, NaN, an empty text and the texts of `missing_values`. Rows without a target are dropped. Blank lines
    are not rows; spaces around names and texts are ignored.

    Inputs are float32 if all numbers of a Parquet file are, else float64.

    Shape: inputs: (rows, numbers + categories); targets: (rows, classes), for a regression (rows, 1)

    Example: minidl run --data table:data.csv:target=species

    Args:
        path: a file in UTF-8 that ends in .csv, .tsv, .ndjson or .jsonl, optionally compressed as .gz, or in .parquet.
        target: the column to predict.
        test: a file with the test rows, whose additional columns are ignored; None takes a share of the table.
        test_share: the share of test rows, between 0 and 1.
        task: classification, regression, or auto, which decides by the values of the target.
        standardize: whether numbers, and the targets of a regression, are standardized.
        missing: error; drop removes rows with a missing input; mean uses the training mean for a number and no category
            for a text. New data to predict from cannot drop rows.
        ignore: columns to ignore, separated by `+`.
        categorical: columns that are categories whatever they contain, separated by `+`.
        max_categories: the maximum number of categories in a column, at least 1.
        separator: the character between the values of CSV and TSV, or `tab`; None is a comma or a tab.
        seed: the seed of the split; None uses the seed of the run, so that repeats see different splits.
        dates: columns of dates and times to turn into inputs, separated by `+`.
        decimal: the decimal sign of numbers in texts, a point or a comma.
        thousands: the thousands separator of numbers in texts, such as ' or `space`; none if empty.
        missing_values: the texts that mark a missing value, separated by `+`; an empty text always does.

    Raises:
        SettingError: a setting is outside its range.
        DataError: the file cannot be read; a column is absent, or contains neither numbers, texts nor dates; texts
            identify rows or are mixed with numbers; numbers are infinite; values are missing; there are too many
            categories; the target is ambiguous, constant or a single class; no column is left to learn from; the test
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
        """Split the rows and fit the preprocessing; each file is read only once."""
        table = self._table
        rows = self._train_and_test(table, self._test_rows, table.target, seed)
        target = table.target.fit(rows.train.targets, table.name, standardize=self.standardize)
        encoders = fit_encoders(rows.train.features, table.name, standardize=self.standardize)
        return rows.to_data(TablePreprocessing(encoders, target, self.missing, self.dialect))

    def load_like(self, seed: int, preprocessing: Preprocessing) -> Data:
        """Split the rows and apply the preprocessing of a network."""
        if not isinstance(preprocessing, TablePreprocessing):
            raise DataError(f"the network was not trained on a table: {BUILD_NEW}")
        check_compatible(preprocessing, self.column_settings)
        table = add_notice_of_unused_columns(self._match(self.path, preprocessing), self.column_settings)
        tested = None if self.test is None else self._match(self.test, preprocessing)
        rows = self._train_and_test(table, tested, preprocessing.target, seed)
        for message in preprocessing.unseen(rows.train.features, table.name):
            raise DataError(f"{message}: {BUILD_NEW}")
        return rows.to_data(preprocessing)

    def describe(self) -> DataDescription:
        """Return the columns of the table, the decisions about them, and all problems."""
        decisions = self._decide()
        advice = self._advice(decisions)
        return describe_table(decisions, self.missing, standardize=self.standardize, advice=advice)

    @classmethod
    def restore_preprocessing(cls, saved: dict[str, Any]) -> Preprocessing:
        """Return the preprocessing that was saved with a network."""
        return TablePreprocessing.from_json(saved)

    @property
    def column_settings(self) -> ColumnSettings:
        """The settings that decide columns."""
        return ColumnSettings(
            target=self.target and normalize_column_name(self.target),
            task=self.task,
            missing=self.missing,
            ignore=self.ignore,
            categorical=self.categorical,
            dates=self.dates,
            max_categories=self.max_categories,
            dialect=self.dialect,
        )

    def _train_and_test(
        self, table: TrainingTable | MatchedRows, tested: MatchedRows | None, target: Target, seed: int
    ) -> TrainTestRows:
        """Return the training and the test rows; the test rows are a share of the table if none are given."""
        rows = table.rows
        if tested is not None:
            notices = (*table.notices, *tested.notices)
            return TrainTestRows(rows, tested.rows, tested.name, table.counts.plus(tested.counts), notices)
        classes = rows.targets.to_numpy() if target.task == "classification" else np.zeros(len(rows.targets), np.int64)
        source = generator(derive(seed if self.seed is None else self.seed, "table"))
        train, test = split(classes, self.test_share, source, table.name)
        name = f"the test rows of {table.name}"
        return TrainTestRows(rows.take(train), rows.take(test), name, table.counts, table.notices)

    @cached_property
    def _table(self) -> TrainingTable:
        decisions = self._decide()
        if decisions.problems is not None:
            raise decisions.problems.with_advice(self._advice(decisions))
        return training_table(decisions, self.missing)

    def _decide(self) -> TableDecisions:
        return decide(read_table_by_any_separator(self.path, self.dialect), self.column_settings)

    def _advice(self, decisions: TableDecisions) -> str:
        """Return the line of settings that solves all problems; empty if there is none."""
        problems = decisions.problems
        return "" if problems is None else advice_line(self, problems.columns, problems.found)

    @cached_property
    def _test_rows(self) -> MatchedRows | None:
        if self.test is None:
            return None
        table = self._table
        source = read_table(self.test, self.dialect)
        return match_rows(source, table.kinds, table.target, missing=self.missing, dialect=self.dialect)

    def _match(self, path: Path, network: TablePreprocessing) -> MatchedRows:
        """Return the rows of a file in the columns of a network."""
        source = read_table(path, self.dialect)
        kinds, target, missing = network.kinds, network.target, self.missing
        try:
            return match_rows(source, kinds, target, missing=missing, dialect=self.dialect, hint=BUILD_NEW)
        except Problems as problems:
            raise incompatibility_error(problems) from None
