"""One check on one case."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from minidl_core.testing.report import Outcome


class ConformanceError(AssertionError):
    """A part does not do what parts of its kind must; the text says what it does instead."""


class NotCheckedError(Exception):
    """A check has nothing to say of a case; the text says why."""


@dataclass(frozen=True)
class Case:
    """A check to be made, the words that tell this case of it from others, and the function that makes it."""

    check: str
    words: tuple[str, ...]
    function: Callable[[], object]

    @property
    def name(self) -> str:
        """The case in words."""
        return ", ".join(self.words) or "without settings"

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
            return Outcome(self.check, self.name, "skipped", str(reason))
        except ConformanceError as error:
            return Outcome(self.check, self.name, "failed", str(error))
        except Exception as error:  # noqa: BLE001 - parts under test raise anything
            return Outcome(self.check, self.name, "failed", told(error))
        return Outcome(self.check, self.name, "passed")


def told(error: Exception) -> str:
    """Return an error in words, with the place that raised it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} (line {place.lineno} of {Path(place.filename).name}, in {place.name})"
