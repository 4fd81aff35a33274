"""What came of one check on one case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["passed", "skipped", "failed"]

Level = Literal["basic", "full"]
"""`basic` is what a textbook's part must satisfy; `full` adds what stacking, kept memory and saving need."""

STACKED = "runs stacked in front equal each alone"
"""The check of layers, losses and metrics that a learner may leave out."""


@dataclass(frozen=True)
class Outcome:
    """What came of one check on one case: `passed`, or `skipped` or `failed` with the reason.

    Args:
        check: what is required.
        case: under which settings, for which shape and so on.
        status: what came of it.
        reason: why it failed or was skipped.
        cause: the probable cause of a failure, with which the reason ends; empty if none is known.
        topic: what is wrong, where reasons of one kind vary from case to case; empty if they do not.
        level: the level that the check belongs to.
        after: the checks whose failure explains a failure of this one.
    """

    check: str
    case: str
    status: Status
    reason: str = ""
    cause: str = field(default="", compare=False)
    topic: str = field(default="", compare=False)
    level: Level = field(default="full", compare=False)
    after: tuple[str, ...] = field(default=(), compare=False)
