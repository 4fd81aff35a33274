"""What `minidl check` shows people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from minidl_core.testing import Outcome, Report

MOST = 3
"""So many reasons are told for which a check fails, where there are more."""


def show_reports(reports: Sequence[Report]) -> None:
    """Print a table of the checks for each part, why some failed or were skipped, and a closing line."""
    console = Console()
    for report in reports:
        console.print(checks_table(report))
        for line in (*_failures(report), *_skips(report)):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    counts = (
        f"{sum(len(report.of(status)) for report in reports)} {status}" for status in ("passed", "skipped", "failed")
    )
    console.print(", ".join(counts), highlight=False)


def checks_table(report: Report) -> Table:
    """Return a table of the checks, with the number of cases of each status."""
    table = Table("", "passed", "skipped", "failed", box=SIMPLE_HEAD, title=f"{report.kind} {report.part}")
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.justify = "right"
    for check, outcomes in report.by_check().items():
        counts = [sum(outcome.status == status for outcome in outcomes) for status in ("passed", "skipped", "failed")]
        table.add_row(check, *(str(count or "") for count in counts))
    return table


def _failures(report: Report) -> Iterator[str]:
    """Yield what is wrong, each reason once, under the first check that fails for it."""
    by_reason: dict[str, list[Outcome]] = {}
    for outcome in report.of("failed"):
        by_reason.setdefault(outcome.reason, []).append(outcome)
    told: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for reason, outcomes in by_reason.items():
        first = outcomes[0]
        told[first.check] += 1
        if told[first.check] > MOST:
            left_out[first.check] += len(outcomes)
            continue
        alike = f" (one of {len(outcomes)} cases)" if len(outcomes) > 1 else ""
        yield f"Failed: {first.check} [{first.case}]{alike}: {reason}"
    for check, count in left_out.items():
        yield f"Failed: {check}: {count} more cases; --json has all"


def _skips(report: Report) -> Iterator[str]:
    """Yield each reason once, with the checks that were skipped for it."""
    checks: dict[str, list[str]] = {}
    for outcome in report.of("skipped"):
        checks.setdefault(outcome.reason, []).append(outcome.check)
    for reason, skipped in checks.items():
        cases = "1 case" if len(skipped) == 1 else f"{len(skipped)} cases"
        yield f"Skipped: {', '.join(dict.fromkeys(skipped))} ({cases}): {reason}"
