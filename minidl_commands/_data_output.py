"""Print the rows and notices of the data, and the description of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_core import ColumnDescription, DataDescription, TargetDescription
from minidl_core.interfaces.notice import rows_line

MOST_CLASSES = 10
"""Maximum number of classes listed with their row counts."""


def show_lines(lines: Iterable[str], console: Console) -> None:
    """Print lines unwrapped and without markup."""
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_description(description: DataDescription) -> None:
    """Print the columns, rows, target, notices and problems of a dataset, and a command that solves the problems."""
    console = Console()
    console.print(columns_table(description.columns))
    lines = [rows_line(description.rows)] if description.rows else []
    lines += [_target_line(description.target)] if description.target else []
    lines += map(str, description.notices)
    lines += [f"Problem: {problem}" for problem in description.problems]
    lines += [f"Proposed: {description.advice}"] if description.advice else []
    show_lines(lines, console)


def columns_table(columns: Iterable[ColumnDescription]) -> Table:
    """Return a table with a row for each column."""
    table = Table("column", "kind", "missing", "values", "becomes", box=SIMPLE_HEAD)
    table.columns[0].overflow = table.columns[3].overflow = table.columns[4].overflow = "fold"
    table.columns[2].justify = "right"
    for column in columns:
        missing = f"{column.missing:.1%}" if column.missing else ""
        table.add_row(column.name, column.kind, missing, ", ".join(_values(column)), column.treatment)
    return table


def _values(column: ColumnDescription) -> Iterator[str]:
    """Yield the range of numbers and dates, or the first categories and the number of others."""
    if column.minimum is not None:
        yield f"{_number(column.minimum)} to {_number(column.maximum)}"
    yield from column.examples
    more = (column.levels or 0) - len(column.examples)
    if more > 0 and (column.examples or column.minimum is None):
        yield f"{more:,} more" if column.examples else f"{more:,} different"


def _target_line(target: TargetDescription) -> str:
    if target.mean is not None and target.deviation is not None:
        return f"Target: {target.name}, {target.task}, mean {target.mean:.6g}, deviation {target.deviation:.4g}"
    total = sum(target.balance.values()) or 1
    classes = [f"{name} {count:,} ({count / total:.0%})" for name, count in target.balance.items()]
    more = f", {len(classes) - MOST_CLASSES} more classes" if len(classes) > MOST_CLASSES else ""
    listed = f": {', '.join(classes[:MOST_CLASSES])}{more}" if classes else ""
    return f"Target: {target.name}, {target.task}{listed}"


def _number(value: float | str | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
