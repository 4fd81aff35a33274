"""A component's class with the settings of a case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from minidl_core.interfaces.component import Component
from minidl_core.testing.check_case import Case, Check, ConformanceError, describe_failure
from minidl_core.testing.settings.derived import derived_settings, varied_settings
from minidl_core.testing.settings.description import describe_settings, how_to_set
from minidl_core.testing.subject import Settings, Subject

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class ConfiguredPart:
    """A component's class with settings to construct it.

    Args:
        part: the class.
        settings: the arguments of its constructor.
        varied: whether the kit has varied the settings, so that the component may reject them later.
        cache: results that several checks need.
    """

    part: type[Component]
    settings: Settings = field(default_factory=dict)
    varied: bool = False
    cache: dict[Hashable, object] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its cases."""
        return describe_settings(self.settings)

    @property
    def has_twin(self) -> bool:
        """Whether the class declares a PyTorch twin."""
        return hasattr(self.part, "torch_twin")

    def make(self) -> Any:
        """Return a new component; layers among the settings are copied.

        Raises:
            ConformanceError: the constructor fails.
        """
        try:
            return self.part(**copy.deepcopy(dict(self.settings)))
        except (Exception, SystemExit) as error:
            call = f"{self.part.__name__}({', '.join(describe_settings(self.settings))})"
            raise ConformanceError(f"{call} fails: {describe_failure(error)}; {how_to_set(self.part)}") from error

    def cached(self, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        """Return the result of a function, which is called once per key."""
        if key not in self.cache:
            self.cache[key] = compute()
        return cast(_Result, self.cache[key])


def component_cases(subject: Subject, cases_of: Callable[[ConfiguredPart], Iterator[Case]]) -> Iterator[Case]:
    """Yield, for all settings, the check that the component can be constructed, and further cases if it can.

    Args:
        subject: the component and the options of the check.
        cases_of: yields the further cases for some settings.
    """
    try:
        configurations = _configurations(subject)
    except ConformanceError as error:
        yield CONSTRUCTED.case((), partial(_fail, error))
        return
    for configured in configurations:
        constructed = CONSTRUCTED.case(configured.labels, configured.make)
        yield constructed
        if constructed.outcome().status == "passed":
            yield from cases_of(configured)


def _configurations(subject: Subject) -> list[ConfiguredPart]:
    """Return the component with the author's settings, or with derived and varied ones."""
    if subject.settings is not None:
        return [ConfiguredPart(subject.part, settings) for settings in subject.settings]
    return [
        *(ConfiguredPart(subject.part, settings) for settings in derived_settings(subject.part)),
        *(ConfiguredPart(subject.part, settings, varied=True) for settings in varied_settings(subject.part)),
    ]


def _fail(error: ConformanceError) -> None:
    raise error


def _call(make: Callable[[], object]) -> None:
    make()


CONSTRUCTED = Check("it can be constructed", _call, "basic")
