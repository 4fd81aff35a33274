"""What came of checking a part."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_core.testing.report.findings import Finding, findings
from minidl_core.testing.report.outcome import Level, Outcome, Status
from minidl_core.testing.report.text import failure_lines, pass_lines, skip_lines, summary_line


@dataclass(frozen=True, repr=False)
class ConformanceReport:
    """What came of all checks of a part; printed, it tells failures first.

    Args:
        part: the part's name.
        kind: what it is: a layer, say.
        outcomes: one for each check and case, in the order in which they were made.
        level: the level up to which it was checked.
    """

    part: str
    kind: str
    outcomes: tuple[Outcome, ...]
    level: Level = "full"

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.of("failed")

    def of(self, status: Status) -> list[Outcome]:
        """Return the outcomes of one status."""
        return [outcome for outcome in self.outcomes if outcome.status == status]

    def by_check(self) -> dict[str, list[Outcome]]:
        """Return the outcomes of each check."""
        grouped: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            grouped.setdefault(outcome.check, []).append(outcome)
        return grouped

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, each thing once; failures that follow from others are with those."""
        return findings(self.outcomes)

    def to_json(self) -> list[dict[str, str]]:
        """Return the outcomes as plain objects, sorted."""
        objects = [
            {
                "part": self.part,
                "kind": self.kind,
                "check": outcome.check,
                "case": outcome.case,
                "status": outcome.status,
                "reason": outcome.reason,
            }
            for outcome in self.outcomes
        ]
        return sorted(objects, key=lambda one: tuple(one.values()))

    def lines(self) -> list[str]:
        """Return a summary_line, what is wrong, what was skipped, and what passed, folded."""
        return [
            summary_line(f"{self.kind} {self.part}", self.outcomes, self.findings, self.level),
            *failure_lines(self.findings),
            *skip_lines(self.of("skipped")),
            *pass_lines(self.of("passed")),
        ]

    def __str__(self) -> str:
        """Return the lines, as one text."""
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        """Return the same, which notebooks show."""
        return str(self)


Report = ConformanceReport
"""The former name of `ConformanceReport`."""
