"""A component under test with the settings of a case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from minidl_core.interfaces.component import Component
from minidl_core.testing.case import Case, Check, ConformanceError, described
from minidl_core.testing.settings import derived_settings, drawn_settings, how_to_give, in_words
from minidl_core.testing.subject import Settings, Subject


@dataclass(frozen=True)
class Specimen:
    """A component's class with settings to make one.

    Args:
        part: the class.
        settings: the settings.
        drawn: whether the kit has drawn the settings, so that the component may turn out not to take them.
    """

    part: type[Component]
    settings: Settings = field(default_factory=dict)
    drawn: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words that tell its cases from those of other settings."""
        return in_words(self.settings)

    @property
    def has_twin(self) -> bool:
        """Whether the class declares a part of PyTorch that does the same."""
        return hasattr(self.part, "torch_twin")

    def make(self) -> Any:
        """Return a component made with the settings; layers among these are its own.

        Raises:
            ConformanceError: there is none with these settings.
        """
        try:
            return self.part(**copy.deepcopy(dict(self.settings)))
        except (Exception, SystemExit) as error:
            call = f"{self.part.__name__}({', '.join(in_words(self.settings))})"
            raise ConformanceError(
                f"it cannot be made as {call}: {described(error)}; {how_to_give(self.part)}"
            ) from error


def _call(make: Callable[[], object]) -> None:
    make()


MADE = Check("it can be made", _call, "basic")


def specimens(subject: Subject) -> Iterator[tuple[Case, Specimen | None]]:
    """Yield, for each case of settings, the check that a component can be made, and a specimen where it can."""
    try:
        known = derived_settings(subject.part) if subject.settings is None else subject.settings
        drawn = drawn_settings(subject.part) if subject.settings is None else []
    except ConformanceError as error:
        yield MADE.case((), partial(_fail, error)), None
        return
    for specimen in (
        *(Specimen(subject.part, settings) for settings in known),
        *(Specimen(subject.part, settings, drawn=True) for settings in drawn),
    ):
        case = MADE.case(specimen.words, specimen.make)
        yield case, specimen if case.outcome().status == "passed" else None


def _fail(error: ConformanceError) -> None:
    raise error
