"""A check applied to one case."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from minidl_core.errors import describe_exception
from minidl_core.testing.report.outcome import Level, Outcome, Status, explanation
from minidl_core.threads import using_threads

CORE = Path(__file__).parents[1]


class ConformanceError(AssertionError):
    """A part fails a check.

    Args:
        text: what is wrong: where, what was expected and what came.
        cause: the probable cause, if one is known.
        topic: groups failures whose texts differ from case to case into one finding.
        formula: the formula to look at, and where it is written.
    """

    def __init__(self, text: str, cause: str = "", topic: str = "", formula: str = "") -> None:
        super().__init__(text + explanation(cause, formula))
        self.cause = cause
        self.topic = topic
        self.formula = formula


class NotCheckedError(Exception):
    """A check does not apply to a case; the text says why."""


@dataclass(frozen=True)
class Check:
    """A requirement for parts of a kind.

    Args:
        name: the requirement as a sentence.
        function: checks it; takes the part with the settings of a case.
        level: `basic` if a textbook implementation must satisfy it too.
        after: the checks whose failure explains a failure of this one.
    """

    name: str
    function: Callable[..., object]
    level: Level = "full"
    after: tuple[str, ...] = ()

    def case(self, labels: tuple[str, ...], *arguments: Any, **named: Any) -> Case:
        """Return this check on one case."""
        return Case(self, labels, partial(self.function, *arguments, **named))


@dataclass(frozen=True)
class Case:
    """A check on one case.

    Args:
        check: the check.
        labels: the settings, shape, batch size and so on that identify the case.
        function: runs the check.
    """

    check: Check
    labels: tuple[str, ...]
    function: Callable[[], object]

    @property
    def name(self) -> str:
        """The labels as one text."""
        return ", ".join(self.labels) or "without settings"

    def run(self) -> None:
        """Run the check, and restore torch's global random state afterwards.

        It runs in one thread: the tensors are small, and further threads would only wait.

        Raises:
            ConformanceError: the part fails it.
            NotCheckedError: it does not apply to this case.
        """
        with torch.random.fork_rng(devices=[]), using_threads(1):
            self.function()

    def outcome(self) -> Outcome:
        """Run the check and return its outcome; any exception that the part raises is a failure."""
        try:
            self.run()
        except NotCheckedError as reason:
            return self._outcome("skipped", str(reason))
        except ConformanceError as error:
            return self._outcome("failed", str(error), error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - parts under test raise anything
            return self._outcome("failed", describe_failure(error))
        return self._outcome("passed")

    def _outcome(self, status: Status, reason: str = "", error: ConformanceError | None = None) -> Outcome:
        cause, topic, formula = (error.cause, error.topic, error.formula) if error else ("", "", "")
        return Outcome(
            self.check.name, self.name, status, reason, cause, topic, self.check.level, self.check.after, formula
        )


def describe_failure(error: BaseException) -> str:
    """Return the text of an exception, with the line outside minidl's core that raised it, if there is one."""
    places = [one for one in traceback.extract_tb(error.__traceback__) if CORE not in Path(one.filename).parents]
    where = f" (line {places[-1].lineno} of {Path(places[-1].filename).name}, in {places[-1].name})" if places else ""
    return f"{describe_exception(error)}{where}"
