"""The output of `minidl check` for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_core.testing import ConformanceReport


def show_reports(reports: Sequence[ConformanceReport], *, verbose: bool) -> None:
    """Print the report of each part, with a table of its checks if verbose, and the totals of several parts."""
    console = Console()
    for report in reports:
        for line in report.lines():
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        if verbose:
            console.print(checks_table(report))
    if len(reports) > 1:
        counts = [
            f"{sum(len(one.of(status)) for one in reports)} {status}" for status in ("failed", "passed", "skipped")
        ]
        console.print(f"{len(reports)} parts: {', '.join(counts)}", highlight=False)


def checks_table(report: ConformanceReport) -> Table:
    """Return a table of the checks with the number of cases per status."""
    table = Table("", "failed", "passed", "skipped", box=SIMPLE_HEAD)
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
    for check, outcomes in report.by_check().items():
        counts = [sum(outcome.status == status for outcome in outcomes) for status in ("failed", "passed", "skipped")]
        table.add_row(check, *(str(count or "") for count in counts))
    return table
