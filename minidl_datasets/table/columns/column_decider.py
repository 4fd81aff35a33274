"""Decides whether a column is a number, a category or a date, by one rule for all formats.

The first step that applies decides:

0. Listed in `ignore`: not considered.
1. Missing values are null, NaN, an empty text and the texts of `missing_values`. A column without values is an error.
2. Listed in `categorical`: a category, with texts as written. Listed in `dates`: a date.
3. Numbers and truth values by type, and texts that are all `true` or `false`: a number (truth values as 0 and 1).
   Infinite numbers are an error.
4. Dates and times by type, texts that are all dates or times, and numbers that are all dates of eight digits: an error
   that proposes `dates=`.
5. Texts that are all plain numbers: a number.
6. Texts with numbers or dates among them: an error if one or two texts could mark missing values, if at least half are
   numbers or dates, or if all are numbers in another format; up to ten different texts such as `5%` may be categories.
   Ranges and limits (25-34, <25, 3+) are not numbers.
7. All other texts: a category, unless its values differ in more than half of the rows, or are more than
   `max_categories`.
"""

from __future__ import annotations

import polars as pl

from minidl_datasets.table.columns import booleans, dates, numbers
from minidl_datasets.table.columns.canonical_text import canonical_texts
from minidl_datasets.table.columns.categories import could_be_category, to_category
from minidl_datasets.table.columns.column import Column
from minidl_datasets.table.columns.mixed.mixed_column import MixedColumn
from minidl_datasets.table.columns.mixed.mixed_dates import find_mixed_dates
from minidl_datasets.table.columns.mixed.mixed_numbers import find_mixed_numbers
from minidl_datasets.table.columns.notices import date_notices, number_notices
from minidl_datasets.table.columns.settings import ColumnSettings
from minidl_datasets.table.columns.texts import is_text, missing_to_null
from minidl_datasets.table.columns.types import describe_type, is_unsupported
from minidl_datasets.table.problems.problem import Problem
from minidl_datasets.table.problems.setting_text import format_setting
from minidl_datasets.table.reading.source import TableSource


class ColumnDecider:
    """Decides the kinds of the columns of a table.

    Args:
        source: the table, for names and places.
        settings: the settings that decide columns.
        categorical: the columns that the user lists as categories.
        dates: the columns that the user lists as dates.
    """

    def __init__(
        self, source: TableSource, settings: ColumnSettings, categorical: tuple[str, ...], dates: tuple[str, ...]
    ) -> None:
        self.source = source
        self.settings = settings
        self.categorical = categorical
        self.dates = dates

    def decide(self, name: str) -> Column:
        """Return a column with its kind.

        Raises:
            Problem: it cannot be an input.
        """
        column = missing_to_null(self.source.frame[name], self.settings.dialect)
        dtype = column.dtype
        if column.null_count() == len(column):
            raise Problem(f"column '{name}' has no values: write {format_setting('ignore', name)}", ignore=(name,))
        if is_unsupported(dtype) or dtype == pl.Duration:
            raise Problem(
                f"column '{name}' contains {describe_type(dtype)}, neither numbers nor texts: write it as numbers, or "
                f"{format_setting('ignore', name)}",
                ignore=(name,),
            )
        if name in self.categorical:
            truth = booleans.parse(column) if dtype == pl.String else None
            return to_category(
                canonical_texts(column if truth is None else truth), self.settings.max_categories, listed=True
            )
        if name in self.dates:
            return self._date(column)
        if is_text(self.source.frame[name].dtype):
            return self._text(column)
        if dtype.is_temporal():
            raise _date_problem(column)
        return self._number(column)

    def _text(self, texts: pl.Series) -> Column:
        truth = booleans.parse(texts)
        if truth is not None:
            return self._number(truth)
        parsed = numbers.parse(texts, self.settings.dialect)
        if parsed is not None:
            numbers.check_distinct(texts, parsed)
            return self._number(parsed)
        if dates.interpretations(texts):
            raise _date_problem(texts)
        most = self.settings.max_categories
        for find in (find_mixed_dates, find_mixed_numbers):
            if (mixed := find(texts, self.source, self.settings)) is not None:
                raise _mixed_problem(mixed, texts, most)
        if not could_be_category(texts.drop_nulls(), most) and dates.parse_months(texts) is not None:
            raise _date_problem(texts)
        return to_category(texts, most)

    def _date(self, column: pl.Series) -> Column:
        if column.dtype == pl.String and not dates.interpretations(column):
            mixed = find_mixed_dates(column, self.source, self.settings)
            if mixed is not None:
                raise _mixed_problem(mixed, column, self.settings.max_categories)
        values = to_dates(column, self.source, f", or {format_setting('ignore', column.name)}")
        return Column("date", values, date_notices(values))

    def _number(self, column: pl.Series) -> Column:
        if column.dtype.is_numeric() and dates.parse_digits(column) is not None:
            raise _date_problem(column)
        hint = f"correct it, or write {format_setting('ignore', column.name)}"
        values = numbers.to_numeric(column, self.source, hint)
        return Column("number", values, number_notices(values, self.source.all_rows.height))


def to_dates(column: pl.Series, source: TableSource, otherwise: str = "") -> pl.Series:
    """Return a column that the user lists as dates as Date, Datetime in UTC, or Time.

    Args:
        column: the column, null where a value is missing.
        source: the table, for the places of values.
        otherwise: the alternative to writing dates, for the message.

    Raises:
        Problem: a value is not a date or time.
    """
    name = column.name
    if column.dtype.is_temporal() and column.dtype != pl.Duration:
        zone = getattr(column.dtype, "time_zone", None)
        return column.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zone else column
    digits = column if column.dtype.is_numeric() else numbers.floats_of(column.cast(pl.String))
    found = dates.parse_digits(digits) if digits.null_count() == column.null_count() else dates.parse(column)
    if found is None and column.dtype == pl.String:
        found = dates.parse_months(column)
    if found is None:
        raise Problem(
            f"column '{name}' should contain dates, but {_no_date(column, source)}{otherwise}", ignore=(name,)
        )
    return found


def _no_date(column: pl.Series, source: TableSource) -> str:
    """Return which value is not a date, and how to write dates."""
    texts = column.cast(pl.String)
    if len(dates.interpretations(texts)) > 1:
        return f"days cannot be distinguished from months in '{texts.drop_nulls()[0]}': write dates as 2024-03-31"
    row = dates.first_unparsed(texts)
    return f"'{texts[row]}' ({source.place(row)}) is not a date in a known format: write dates as 2024-03-31"


def _mixed_problem(mixed: MixedColumn, texts: pl.Series, most: int) -> Problem:
    name = texts.name
    first = mixed.solution or "plain numbers instead"
    solutions = (
        f"{first}, {format_setting('ignore', name)}, or {format_setting('categorical', name)} if each is a category"
    )
    few = could_be_category(texts.drop_nulls(), most)
    proposed = mixed.settings or {"categorical" if few else "ignore": (name,)}
    return Problem(f"column '{name}' {mixed.what}: write {solutions}", **proposed)


def _date_problem(column: pl.Series) -> Problem:
    name, first = column.name, canonical_texts(column.drop_nulls().head(1))[0]
    if column.dtype == pl.String and len(dates.interpretations(column)) > 1:
        return Problem(
            f"column '{name}' contains dates such as '{first}', whose days cannot be distinguished from months: write "
            f"them as 2024-03-31 and list the column in dates=, or write {format_setting('ignore', name)}",
            ignore=(name,),
        )
    return Problem(
        f"column '{name}' contains dates or times, such as '{first}': write {format_setting('dates', name)} to have "
        f"year, month and so on as inputs, {format_setting('ignore', name)}, or {format_setting('categorical', name)} "
        f"if each is a category",
        dates=(name,),
    )
