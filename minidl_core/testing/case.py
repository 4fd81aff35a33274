"""One check on one case."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from minidl_core.errors import told
from minidl_core.testing.report import Outcome

CORE = Path(__file__).parents[1]


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
            return Outcome(self.check, self.name, "failed", described(error))
        return Outcome(self.check, self.name, "passed")


def described(error: Exception) -> str:
    """Return an error in words, with the place outside of minidl's core that raised it, if there is one."""
    places = [one for one in traceback.extract_tb(error.__traceback__) if CORE not in Path(one.filename).parents]
    where = f" (line {places[-1].lineno} of {Path(places[-1].filename).name}, in {places[-1].name})" if places else ""
    return f"{told(error)}{where}"
