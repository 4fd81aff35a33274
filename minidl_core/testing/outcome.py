"""What came of one check on one case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "skipped", "failed"]

Level = Literal["basic", "full"]
"""`basic` is what a textbook's part must satisfy; `full` adds what minidl needs for stacking, kept memory and saving."""

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
        level: the level that the check belongs to.
        after: the checks whose failure explains a failure of this one.
    """

    check: str
    case: str
    status: Status
    reason: str = ""
    cause: str = ""
    level: Level = "full"
    after: tuple[str, ...] = ()
