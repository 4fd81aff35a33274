"""What came of checking a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "skipped", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What came of one check on one case: `passed`, or `skipped` or `failed` with the reason."""

    check: str
    case: str
    status: Status
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What came of all checks of a part.

    Args:
        part: the part's name.
        kind: what it is: a layer, say.
        outcomes: one for each check and case, in the order in which they were made.
    """

    part: str
    kind: str
    outcomes: tuple[Outcome, ...]

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

    def __str__(self) -> str:
        """Return a line for what was counted, and one for each failure."""
        counts = ", ".join(f"{len(self.of(status))} {status}" for status in ("passed", "skipped", "failed"))
        failures = [f"{outcome.check} [{outcome.case}]: {outcome.reason}" for outcome in self.of("failed")]
        return "\n".join([f"{self.kind} {self.part}: {counts}", *failures])
