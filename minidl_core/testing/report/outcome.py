"""The result of one check on one case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["passed", "skipped", "failed"]

Level = Literal["basic", "full"]
"""`basic` is what a textbook implementation must satisfy; `full` adds types, saving and replay."""


@dataclass(frozen=True)
class Outcome:
    """The result of one check on one case: `passed`, or `skipped` or `failed` with the reason.

    Args:
        check: the requirement that was checked.
        case: the settings, shape, batch size and so on of the case.
        status: passed, skipped or failed.
        reason: why it failed or was skipped; includes the cause and the formula.
        cause: the probable cause of a failure; empty if unknown.
        topic: groups failures whose reasons differ from case to case; empty to group by the reason.
        level: the level of the check.
        after: the checks whose failure explains a failure of this one.
        formula: the formula to look at; empty if unknown.
    """

    check: str
    case: str
    status: Status
    reason: str = ""
    cause: str = field(default="", compare=False)
    topic: str = field(default="", compare=False)
    level: Level = field(default="full", compare=False)
    after: tuple[str, ...] = field(default=(), compare=False)
    formula: str = field(default="", compare=False)

    @property
    def symptom(self) -> str:
        """The reason without the cause and the formula."""
        return self.reason.removesuffix(explanation(self.cause, self.formula))


def explanation(cause: str, formula: str) -> str:
    """Return how a reason ends: with the probable cause and the formula to look at, if these are known."""
    ending = f"; probable cause: {cause}" if cause else ""
    return f"{ending}; formula to check: {formula}" if formula else ending
