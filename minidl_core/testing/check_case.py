"""One check on one case."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from minidl_core.errors import describe_exception
from minidl_core.testing.report.outcome import Level, Outcome, Status

CORE = Path(__file__).parents[1]


class ConformanceError(AssertionError):
    """A part does not do what parts of its kind must.

    Args:
        text: what it does instead.
        cause: why, probably.
        topic: what is wrong, where the text varies with the case, so that failures can be told as one.
    """

    def __init__(self, text: str, cause: str = "", topic: str = "") -> None:
        super().__init__(f"{text}; probable cause: {cause}" if cause else text)
        self.cause = cause
        self.topic = topic


class NotCheckedError(Exception):
    """A check has nothing to say of a case; the text says why."""


@dataclass(frozen=True)
class Check:
    """What is checked of parts of a kind.

    Args:
        name: what is required, in words.
        function: makes the check on a configured.
        level: `basic` if a textbook's part of that kind must satisfy it too.
        after: the checks whose failure explains that this one fails.
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
    """A check to be made, the words that tell this case of it from others, and the function that makes it."""

    check: Check
    labels: tuple[str, ...]
    function: Callable[[], object]

    @property
    def name(self) -> str:
        """The case in words."""
        return ", ".join(self.labels) or "without settings"

    def run(self) -> None:
        """Make the check; torch's global source of random numbers is afterwards as it was.

        Raises:
            ConformanceError: the part fails it.
            NotCheckedError: it has nothing to say of this case.
        """
        with torch.random.fork_rng(devices=[]):
            self.function()

    def outcome(self) -> Outcome:
        """Make the check and return what came of it; whatever the part raises is a failure of its."""
        try:
            self.run()
        except NotCheckedError as reason:
            return self._outcome("skipped", str(reason))
        except ConformanceError as error:
            return self._outcome("failed", str(error), error.cause, error.topic)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - parts under test raise anything
            return self._outcome("failed", describe_failure(error))
        return self._outcome("passed")

    def _outcome(self, status: Status, reason: str = "", cause: str = "", topic: str = "") -> Outcome:
        return Outcome(self.check.name, self.name, status, reason, cause, topic, self.check.level, self.check.after)


def describe_failure(error: BaseException) -> str:
    """Return an error in words, with the place outside of minidl's core that raised it, if there is one."""
    places = [one for one in traceback.extract_tb(error.__traceback__) if CORE not in Path(one.filename).parents]
    where = f" (line {places[-1].lineno} of {Path(places[-1].filename).name}, in {places[-1].name})" if places else ""
    return f"{describe_exception(error)}{where}"
