"""A component under test with the settings of a case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from minidl_core.interfaces.component import Component
from minidl_core.testing.check_case import Case, Check, ConformanceError, describe_failure
from minidl_core.testing.settings.derived import derived_settings, describe_settings, how_to_set, varied_settings
from minidl_core.testing.subject import Settings, Subject


@dataclass(frozen=True)
class ConfiguredPart:
    """A component's class with settings to make one.

    Args:
        part: the class.
        settings: the settings.
        drawn: whether the kit has drawn the settings, so that the component may turn out not to take them.
    """

    part: type[Component]
    settings: Settings = field(default_factory=dict)
    varied: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The words that tell its cases from those of other settings."""
        return describe_settings(self.settings)

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
            call = f"{self.part.__name__}({', '.join(describe_settings(self.settings))})"
            raise ConformanceError(
                f"it cannot be made as {call}: {describe_failure(error)}; {how_to_set(self.part)}"
            ) from error


def _call(make: Callable[[], object]) -> None:
    make()


MADE = Check("it can be made", _call, "basic")


def configured_parts(subject: Subject) -> Iterator[tuple[Case, ConfiguredPart | None]]:
    """Yield, for each case of settings, the check that a component can be made, and a configured where it can."""
    try:
        known = derived_settings(subject.part) if subject.settings is None else subject.settings
        drawn = varied_settings(subject.part) if subject.settings is None else []
    except ConformanceError as error:
        yield MADE.case((), partial(_fail, error)), None
        return
    for configured in (
        *(ConfiguredPart(subject.part, settings) for settings in known),
        *(ConfiguredPart(subject.part, settings, varied=True) for settings in drawn),
    ):
        case = MADE.case(configured.labels, configured.make)
        yield case, configured if case.outcome().status == "passed" else None


def _fail(error: ConformanceError) -> None:
    raise error
