"""Specifications of existing components."""

from __future__ import annotations

import inspect
from typing import Any

from minidl_core.assembly.argument_binding import annotations_of
from minidl_core.coercion import as_text
from minidl_core.errors import SavedModelError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.sequential import Sequential
from minidl_core.quoting import quoted
from minidl_core.registry import default_registry
from minidl_core.spec import Argument, ComponentSpec, Item, Pipeline


def spec_of(chain: Sequential) -> Pipeline:
    """Return the specification of a chain of layers, from which `sequential` creates an equal chain.

    Raises:
        SavedModelError: a layer is not registered under a name, or a setting cannot be written as text.
    """
    if any(isinstance(layer, Sequential) for layer in chain):
        raise SavedModelError("a chain inside a chain cannot be saved: put its layers into the outer chain")
    return Pipeline(tuple(Item(component_spec("layer", layer)) for layer in chain))


def component_spec(kind: str, component: Component) -> ComponentSpec:
    """Return the specification of a component.

    Args:
        kind: the kind of the component, such as `layer`.
        component: the component.

    Raises:
        SavedModelError: it is not registered under a name, or a setting cannot be written as text.
    """
    entry = default_registry().entry_of(kind, type(component))
    if entry is None:
        raise SavedModelError(
            f"{type(component).__name__} is not registered under a name: declare it as an entry point, or call "
            f"default_registry().register('{kind}', '{component.label()}', {type(component).__name__})"
        )
    annotations = annotations_of(type(component))
    arguments, bodies = [], []
    for key, value in component.settings.items():
        if isinstance(value, Module):
            bodies.append(spec_of(value if isinstance(value, Sequential) else Sequential([value])))
        else:
            by_place = _is_written_by_place(component.signature().parameters[key])
            arguments.append(Argument(_text(entry.name, key, value, annotations), None if by_place else key))
    if len(bodies) > 1:
        raise SavedModelError(f"{entry.name} has {len(bodies)} chains of layers, but only one can be saved")
    name = entry.name if entry.status == "ok" else entry.qualified_name
    return ComponentSpec(name, tuple(arguments), bodies[0] if bodies else None)


def _is_written_by_place(parameter: inspect.Parameter) -> bool:
    """Whether an argument is written without its name: those that are required, as in `linear:25`."""
    return parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY


def _text(name: str, key: str, value: Any, annotations: dict[str, Any]) -> str:
    try:
        return as_text(value, annotations.get(key))
    except ValueError:
        raise SavedModelError(f"{name}: the setting {key}={quoted(value)} cannot be written as text") from None
