"""A component under test with the settings of a case."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from minidl_core.interfaces.component import Component
from minidl_core.testing.case import Case, ConformanceError, described
from minidl_core.testing.settings import derived_settings, how_to_give, in_words
from minidl_core.testing.subject import Settings, Subject

MADE = "it can be made"


@dataclass(frozen=True)
class Specimen:
    """A component's class with settings to make one."""

    part: type[Component]
    settings: Settings = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, ...]:
        """The words that tell its cases from those of other settings."""
        return in_words(self.settings)

    def make(self) -> Any:
        """Return a component made with the settings; layers among these are its own.

        Raises:
            ConformanceError: there is none with these settings.
        """
        try:
            return self.part(**copy.deepcopy(dict(self.settings)))
        except Exception as error:
            call = f"{self.part.__name__}({', '.join(in_words(self.settings))})"
            raise ConformanceError(
                f"it cannot be made as {call}: {described(error)}; {how_to_give(self.part)}"
            ) from error


def specimens(subject: Subject) -> Iterator[tuple[Case, Specimen | None]]:
    """Yield, for each case of settings, the check that a component can be made, and a specimen where it can."""
    try:
        variations = derived_settings(subject.part) if subject.settings is None else subject.settings
    except ConformanceError as error:
        yield Case(MADE, (), _raiser(error)), None
        return
    for settings in variations:
        specimen = Specimen(subject.part, settings)
        case = Case(MADE, specimen.words, specimen.make)
        yield case, specimen if case.outcome().status == "passed" else None


def _raiser(error: ConformanceError) -> Any:
    def fail() -> None:
        raise error

    return fail
