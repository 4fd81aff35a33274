"""Settings in messages: as labels of cases, and how an author gives them."""

from __future__ import annotations

from typing import Any

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.testing.subject import Settings


def describe_settings(settings: Settings) -> tuple[str, ...]:
    """Return settings as labels of a case: `("p=0.5",)`."""
    return tuple(f"{name}={_describe_value(value)}" for name, value in settings.items())


def how_to_set(part: type[Component], name: str | None = None) -> str:
    """Return how an author gives the settings to check a component with."""
    example = name or next(iter(part.signature().parameters), "name")
    return (
        f"give valid settings, as in conformance({part.__name__}, settings=[{{'{example}': …}}]), "
        f"or on the command line minidl check {part.label()}:{example}=…"
    )


def _describe_value(value: Any) -> str:
    if isinstance(value, Sequential):
        return "+".join(layer.label() for layer in value)
    return value.label() if isinstance(value, Module) else str(value)
