"""From a made component back to the specification that makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from minidl_core.interfaces.component import Component
from minidl_core.errors import SavedModelError
from minidl_core.interfaces.module import Module
from minidl_core.registry import default_registry
from minidl_core.interfaces.sequential import Sequential
from minidl_core.spec import Argument, ComponentSpec, Item, Pipeline


def spec_of(chain: Sequential) -> Pipeline:
    """Return the specification of a chain of layers; `sequential` makes the same chain of it.

    Raises:
        SavedModelError: a layer is not registered under any name, or a setting of it cannot be written as text.
    """
    return Pipeline(tuple(Item(component_spec("layer", layer)) for layer in chain))


def component_spec(kind: str, component: Component) -> ComponentSpec:
    """Return the specification of one component.

    Raises:
        SavedModelError: it is not registered under any name, or a setting of it cannot be written as text.
    """
    entry = default_registry().entry_of(kind, type(component))
    if entry is None:
        raise SavedModelError(
            f"{type(component).__name__} has no name to be found by: declare it as an entry point, or register it with "
            f"default_registry().register('{kind}', '{component.label()}', {type(component).__name__})"
        )
    settings = component.settings
    bodies = [value for value in settings.values() if isinstance(value, Module)]
    required = {name for name, parameter in component.signature().parameters.items() if parameter.default is parameter.empty}
    arguments = [
        Argument(_text(entry.name, key, value), None if key in required else key)
        for key, value in settings.items()
        if not isinstance(value, Module)
    ]
    body = None
    if bodies:
        body = spec_of(bodies[0] if isinstance(bodies[0], Sequential) else Sequential(bodies))
    name = entry.name if entry.status == "ok" else entry.qualified_name
    return ComponentSpec(name, tuple(arguments), body)


def _text(name: str, key: str, value: Any) -> str:  # noqa: ANN401 - any setting
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, int | float | str | Path):
        return str(value).lower() if value is None else str(value)
    raise SavedModelError(f"{name}: the setting {key}={value!r} cannot be written as text")
