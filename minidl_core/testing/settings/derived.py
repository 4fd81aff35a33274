"""Settings to check a component under, derived from its constructor."""

from __future__ import annotations

import copy
import inspect
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from minidl_core.assembly import sequential
from minidl_core.errors import MinidlError, SettingError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.settings.variation import Direction, varied_value
from minidl_core.testing.subject import Settings

REQUIRED = {int: 3, float: 0.5, bool: True, str: "text", Path: Path("data.csv")}
"""A value for a setting that must be given, by its type."""

REGISTERED_BODY = "linear:4,tanh"
"""Layers by name for a setting that takes layers, so that saving can be checked; they keep samples of 4 features."""


def derived_settings(part: type[Component]) -> list[Settings]:
    """Return settings for a component: the required ones alone, then each choice of a bool or a literal.

    A choice that the constructor refuses with a SettingError is left out: it goes only with other settings.

    Raises:
        ConformanceError: there is no telling what a required setting may be.
    """
    annotations, required = _annotations(part), _required(part)
    variations: list[Settings] = [required]
    for name, value in _given(part, required).items():
        choices = [choice for choice in _choices(annotations.get(name)) if choice != value]
        chosen = [required | {name: choice} for choice in choices]
        variations += [settings for settings in chosen if not _is_refused(part, settings, SettingError)]
    return [*variations, *_with_registered_layers(required)]


def varied_settings(part: type[Component]) -> list[Settings]:
    """Return settings with all numbers below those of the others, and with all above them and other choices.

    What the constructor refuses, together with the others, is left out.
    """
    annotations, required = _annotations(part), _required(part)
    if _is_refused(part, required, Exception):
        return []
    variations = []
    for direction in Direction:
        others = {}
        for name, value in _given(part, required).items():
            annotation = annotations.get(name)
            choices = [choice for choice in _choices(annotation) if choice != value and direction is Direction.UP]
            others[name] = (
                choices[-1] if choices else varied_value(part, name, value, options_of(annotation), direction)
            )
        variations.append(_accepted(part, required, others))
    known = derived_settings(part)
    return [settings for settings in variations if settings not in known]


def describe_settings(settings: Settings) -> tuple[str, ...]:
    """Return settings as the words of a case."""
    return tuple(f"{name}={_written(value)}" for name, value in settings.items())


def how_to_set(part: type[Component], name: str | None = None) -> str:
    """Return how an author says what settings to check a component under."""
    example = name or next(iter(part.signature().parameters), "name")
    return (
        f"give settings that make one, as in conformance({part.__name__}, settings=[{{'{example}': …}}]), "
        f"or on the command line minidl check {part.label()}:{example}=…"
    )


def _annotations(part: type[Component]) -> dict[str, Any]:
    try:
        return get_type_hints(part.__init__)
    except Exception as error:
        raise ConformanceError(
            f"the annotations of {part.__name__}'s constructor cannot be read ({error}): import what they name, and "
            "not for type checkers alone, for specifications are read by them"
        ) from error


def _required(part: type[Component]) -> dict[str, Any]:
    """Return a value for each setting that must be given."""
    annotations = _annotations(part)
    empty = inspect.Parameter.empty
    return {
        parameter.name: _value(part, parameter.name, annotations.get(parameter.name))
        for parameter in _parameters(part)
        if parameter.default is empty
    }


def _given(part: type[Component], required: Settings) -> dict[str, Any]:
    """Return all settings: those that are required, and the defaults of others."""
    return {parameter.name: required.get(parameter.name, parameter.default) for parameter in _parameters(part)}


def _parameters(part: type[Component]) -> list[inspect.Parameter]:
    variadic = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    return [parameter for parameter in part.signature().parameters.values() if parameter.kind not in variadic]


def _value(part: type[Component], name: str, annotation: Any) -> Any:
    """Return a value for a setting that must be given."""
    for option in options_of(annotation):
        if option in REQUIRED:
            return REQUIRED[option]
        if get_origin(option) is Literal:
            return get_args(option)[0]
        if isinstance(option, type) and issubclass(Sequential, option):
            return Sequential([ProbeLayer()])
    raise ConformanceError(f"no value for its setting '{name}' can be derived: {how_to_set(part, name)}")


def _is_refused(part: type[Component], settings: Settings, error: type[Exception]) -> bool:
    """Return whether the constructor refuses settings with an error; of any other, the checks will tell."""
    try:
        part(**copy.deepcopy(dict(settings)))
    except SystemExit:
        return error is Exception
    except error:
        return True
    except Exception:  # noqa: BLE001 - parts under test raise anything
        return False
    return False


def _accepted(part: type[Component], required: Settings, others: Settings) -> Settings:
    """Return the required settings with all those of others that the constructor takes together."""
    settings = dict(required)
    for name, value in others.items():
        if value is not None and not _is_refused(part, settings | {name: value}, Exception):
            settings[name] = value
    return settings


def _choices(annotation: Any) -> Iterator[Any]:
    """Yield the values of a setting that has few."""
    for option in options_of(annotation):
        if option is bool:
            yield from (True, False)
        elif get_origin(option) is Literal:
            yield from get_args(option)


def options_of(annotation: Any) -> tuple[Any, ...]:
    """Return the types that an annotation names."""
    return get_args(annotation) if get_origin(annotation) in {Union, types.UnionType} else (annotation,)


def _with_registered_layers(required: dict[str, Any]) -> list[Settings]:
    """Return the required settings once more with registered layers, where there are layers among them."""
    bodies = [name for name, value in required.items() if isinstance(value, Module)]
    try:
        return [required | {name: sequential(REGISTERED_BODY) for name in bodies}] if bodies else []
    except MinidlError:  # a minidl without these layers
        return []


def _written(value: Any) -> str:
    if isinstance(value, Sequential):
        return "+".join(layer.label() for layer in value)
    return value.label() if isinstance(value, Module) else str(value)
