"""The settings that a component is checked with if its author gives none."""

from __future__ import annotations

from random import Random
from typing import Any

from minidl_core.assembly import sequential
from minidl_core.errors import MinidlError, SettingError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.testing.settings.constructor import Constructor
from minidl_core.testing.settings.varied_value import Direction, varied_value
from minidl_core.testing.subject import Settings

REGISTERED_BODY = "linear:4,tanh"
"""Registered layers for a setting that takes layers, so that saving can be checked; they keep samples of 4 features."""


def derived_settings(part: type[Component]) -> list[Settings]:
    """Return settings for a component: only the required ones, then each choice of a bool or a `Literal`.

    A choice for which the constructor raises a SettingError is left out: it is only valid with other settings.

    Raises:
        ConformanceError: no value can be derived for a required setting.
    """
    constructor = Constructor(part)
    variations: list[Settings] = [constructor.required]
    for name in constructor.defaults:
        chosen = [constructor.required | {name: choice} for choice in constructor.choices(name)]
        variations += [settings for settings in chosen if not constructor.refuses(settings, SettingError)]
    return [*variations, *_with_registered_layers(constructor)]


def varied_settings(part: type[Component]) -> list[Settings]:
    """Return settings with all numbers below the derived ones, and with all numbers above them and other choices.

    Values that the constructor refuses in combination are left out.
    """
    constructor = Constructor(part)
    if constructor.refuses(constructor.required, Exception):
        return []
    variations = []
    for direction in Direction:
        settings = dict(constructor.required)
        for name, value in constructor.defaults.items():
            choices = list(constructor.choices(name)) if direction is Direction.UP else []
            varied = choices[-1] if choices else varied_value(part, name, value, constructor.options(name), direction)
            if varied is not None and not constructor.refuses(settings | {name: varied}, Exception):
                settings[name] = varied
        variations.append(settings)
    known = derived_settings(part)
    return [settings for settings in variations if settings not in known]


def drawn_settings(part: type[Component], seed: int) -> Settings:
    """Return settings drawn at random: choices, and numbers between those that `varied_settings` has.

    Values that the constructor refuses in combination are left out.
    """
    constructor, source = Constructor(part), Random(seed)  # noqa: S311 - no secrets
    settings = dict(constructor.required)
    for name, value in constructor.defaults.items():
        options = constructor.options(name)
        low, high = (varied_value(part, name, value, options, direction) for direction in Direction)
        if low is None or high is None:
            drawn = source.choice([value, *constructor.choices(name)] if high is None else [value, high])
        else:
            drawn = _between(low, high, source)
        if not constructor.refuses(settings | {name: drawn}, Exception):
            settings[name] = drawn
    return settings


def _between(low: Any, high: Any, source: Random) -> Any:
    """Return a number, or a tuple of numbers, between two others."""
    if isinstance(high, tuple):
        return tuple(source.uniform(*bounds) for bounds in zip(low, high, strict=True))
    return source.randint(low, high) if isinstance(high, int) else source.uniform(low, high)


def _with_registered_layers(constructor: Constructor) -> list[Settings]:
    """Return the required settings again with registered layers, if layers are among them."""
    bodies = [name for name, value in constructor.required.items() if isinstance(value, Module)]
    try:
        return [constructor.required | {name: sequential(REGISTERED_BODY) for name in bodies}] if bodies else []
    except MinidlError:  # a minidl without these layers
        return []
