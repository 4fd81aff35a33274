"""The settings that a component's constructor takes: their types, their defaults, and which values it refuses."""

from __future__ import annotations

import copy
import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.sequential import Sequential
from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.settings.description import how_to_set
from minidl_core.testing.subject import Settings

REQUIRED = {int: 3, float: 0.5, bool: True, str: "text", Path: Path("data.csv")}
"""The value of a required setting, by its type."""


class Constructor:
    """The settings of a component's class.

    Args:
        part: the class.

    Raises:
        ConformanceError: an annotation cannot be read, or no value can be derived for a required setting.
    """

    def __init__(self, part: type[Component]) -> None:
        self.part = part
        self.annotations = _annotations(part)
        self.required: dict[str, Any] = {}
        self.defaults: dict[str, Any] = {}
        variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
        for name, parameter in part.signature().parameters.items():
            if parameter.kind in variadic:
                continue
            if parameter.default is parameter.empty:
                self.required[name] = _required_value(part, name, self.annotations.get(name))
            self.defaults[name] = self.required.get(name, parameter.default)

    def choices(self, name: str) -> Iterator[Any]:
        """Yield the values of a bool or a `Literal`, except the default."""
        for option in self.options(name):
            values = (True, False) if option is bool else get_args(option) if get_origin(option) is Literal else ()
            yield from (value for value in values if value != self.defaults[name])

    def options(self, name: str) -> tuple[Any, ...]:
        """Return the types that the annotation of a setting allows."""
        return _options(self.annotations.get(name))

    def refuses(self, settings: Settings, error: type[Exception]) -> bool:
        """Return whether the constructor raises the given error; other errors are reported by the checks."""
        try:
            self.part(**copy.deepcopy(dict(settings)))
        except SystemExit:
            return error is Exception
        except error:
            return True
        except Exception:  # noqa: BLE001 - parts under test raise anything
            return False
        return False


def _annotations(part: type[Component]) -> dict[str, Any]:
    try:
        return get_type_hints(part.__init__)
    except Exception as error:
        raise ConformanceError(
            f"the annotations of {part.__name__}'s constructor cannot be read ({error}): import the names in them at "
            "run time too, because specifications are parsed by annotations"
        ) from error


def _required_value(part: type[Component], name: str, annotation: Any) -> Any:
    """Return a value for a required setting."""
    for option in _options(annotation):
        if option in REQUIRED:
            return REQUIRED[option]
        if get_origin(option) is Literal:
            return get_args(option)[0]
        if isinstance(option, type) and issubclass(Sequential, option):
            return Sequential([ProbeLayer()])
    raise ConformanceError(f"no value can be derived for its setting '{name}': {how_to_set(part, name)}")


def _options(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)
