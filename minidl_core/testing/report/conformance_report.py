"""The outcomes of all checks of a part."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_core.testing.report.findings import Finding, group_failures
from minidl_core.testing.report.outcome import Level, Outcome, Status
from minidl_core.testing.report.text import failure_lines, pass_lines, skip_lines, summary_line


@dataclass(frozen=True, repr=False)
class ConformanceReport:
    """The outcomes of all checks of a part; printing it shows failures first.

    Args:
        part: the part's name.
        kind: its kind, such as layer.
        outcomes: one per check and case, in the order in which they ran.
        level: the level of the checks.
    """

    part: str
    kind: str
    outcomes: tuple[Outcome, ...]
    level: Level = "full"

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not self.of("failed")

    def of(self, status: Status) -> list[Outcome]:
        """Return the outcomes with the given status."""
        return [outcome for outcome in self.outcomes if outcome.status == status]

    def by_check(self) -> dict[str, list[Outcome]]:
        """Return the outcomes grouped by check."""
        grouped: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            grouped.setdefault(outcome.check, []).append(outcome)
        return grouped

    @property
    def findings(self) -> list[Finding]:
        """The faults, each once, with the failures that follow from it."""
        return group_failures(self.outcomes)

    def to_json(self) -> list[dict[str, str]]:
        """Return the outcomes as sorted JSON objects."""
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
        """Return a summary, then the faults, the skipped checks and the number of passed ones."""
        return [
            summary_line(f"{self.kind} {self.part}", self.outcomes, self.findings, self.level),
            *failure_lines(self.findings),
            *skip_lines(self.of("skipped")),
            *pass_lines(self.of("passed")),
        ]

    def __str__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        """Return the same text, so that notebooks show it."""
        return str(self)


Report = ConformanceReport
"""The former name of `ConformanceReport`."""
