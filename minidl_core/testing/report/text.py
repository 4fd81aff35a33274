"""Formats a report as text: failures first, passed checks in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from minidl_core.testing.report.findings import Finding
from minidl_core.testing.report.outcome import Level, Outcome

MOST = 3
"""The maximum number of findings shown per check, and of checks named as following from one."""

BASIC = "types, saving and replay were not checked (level basic)"


def summary_line(part: str, outcomes: Sequence[Outcome], found: Sequence[Finding], level: Level) -> str:
    """Return a summary of the whole part in one line."""
    counts = Counter(outcome.status for outcome in outcomes)
    summary = f"{part}: " + ", ".join(f"{counts[status]} {status}" for status in ("failed", "passed", "skipped"))
    if found and not any(outcome.level == "basic" for finding in found for outcome in finding.alike):
        summary += "; its computations are correct, only additional requirements of minidl fail"
    return f"{summary}; {BASIC}" if level == "basic" else summary


def failure_lines(found: Sequence[Finding]) -> Iterator[str]:
    """Yield the faults, each with its first failing case and the number of other failing cases."""
    shown: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for finding in found:
        shown[finding.check] += 1
        if shown[finding.check] > MOST:
            left_out[finding.check] += len(finding.alike)
        else:
            yield from _lines(finding)
    for check, count in left_out.items():
        yield f"Failed: {check}: {count} more cases, for other reasons (--json lists all)"


def skip_lines(skipped: Sequence[Outcome]) -> Iterator[str]:
    """Yield each reason once, with the checks that were skipped for it."""
    checks: dict[str, list[str]] = {}
    for outcome in skipped:
        checks.setdefault(outcome.reason, []).append(outcome.check)
    for reason, names in checks.items():
        yield f"Skipped: {', '.join(dict.fromkeys(names))} ({_count(len(names), 'case')}): {reason}"


def pass_lines(passed: Sequence[Outcome]) -> Iterator[str]:
    """Yield one line for all passed checks."""
    if passed:
        checks = len({outcome.check for outcome in passed})
        yield f"Passed: {_count(checks, 'check')} ({_count(len(passed), 'case')})"


def _lines(finding: Finding) -> Iterator[str]:
    first = finding.example
    yield f"Failed: {finding.check} [{first.case}]"
    yield f"  {first.symptom}"
    if first.cause:
        yield f"  Probable cause: {first.cause}"
    if first.formula:
        yield f"  Formula to check: {first.formula}"
    if finding.cases > 1:
        common = f", those with {finding.common}" if finding.common and len(finding.alike) < finding.cases else ""
        share = "all" if len(finding.alike) == finding.cases else f"{len(finding.alike)} of"
        yield f"  Fails in {share} {finding.cases} cases{common}"
    if finding.following:
        yield f"  {_following([outcome.check for outcome in finding.following])}"


def _following(checks: Sequence[str]) -> str:
    """Return the number of failures that follow from another, and their checks."""
    names = list(dict.fromkeys(checks))
    more = f" and {_count(len(names) - MOST, 'other check')}" if len(names) > MOST else ""
    follow = "further failure follows" if len(checks) == 1 else "further failures follow"
    return f"{len(checks)} {follow} from this: {', '.join(names[:MOST])}{more}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
