"""Walks over everything that the parts of a run hold, deep into lists, dicts, sets and objects."""

from __future__ import annotations

import enum
import functools
import logging
import types
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from minidl_core import Component
from minidl_core.interfaces.call_order import CallOrderGuard
from minidl_core.interfaces.preprocessing import Preprocessing

NUMBERS = (bool, int, float, complex, str, bytes, type(None), range, slice, torch.dtype, torch.device)
"""Types of values that are compared by their contents."""

LEAVES = (*NUMBERS, type, enum.Enum, logging.Logger, types.ModuleType, Preprocessing, Tensor, torch.Generator)
"""Types of values that are not walked into: they hold nothing, or nothing that a step uses."""


@functools.cache
def is_leaf_type(kind: Any) -> bool:
    """Whether values of a type are not walked into."""
    return issubclass(kind, LEAVES)


class Held(NamedTuple):
    """A value that a part holds.

    Attributes:
        owner: the innermost part that holds it; None for an object that is not a part.
        path: the attribute of the owner, such as `moments[0].count`.
        value: a tensor, a generator, a plain value, or a list, dict, set or object whose contents follow.
    """

    owner: Component | None
    path: str
    value: Any


def walk(root: object) -> list[Held]:
    """Return all values that an object holds, in an order that a copy of the object has too; each object once.

    The settings that a part was created with are left out: it holds its own in attributes.
    """
    found: list[Held] = []
    _visit(root, None, "", found, {})
    return found


def _visit(value: Any, owner: Component | None, path: str, found: list[Held], seen: dict[int, object]) -> None:
    """Append a value and all that it holds.

    Args:
        value: the value.
        owner: the part that holds it.
        path: its attribute.
        found: the list to append to.
        seen: the objects that were visited, by their `id`; kept, so that none takes the id of another.
    """
    if (kind := type(value)) is CallOrderGuard:
        return
    found.append(Held(owner, path, value))
    if is_leaf_type(kind) or id(value) in seen:  # type: ignore[arg-type]
        return
    if kind is not tuple:  # equal tuples may be one object, and in another run several
        seen[id(value)] = value
    if isinstance(value, Component):
        owner, path = value, ""
    for step, inner in contents(value):
        _visit(inner, owner, f"{path}{step}" if path else step.removeprefix("."), found, seen)


def contents(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what an object holds, with the path from it."""
    if isinstance(value, (dict, types.MappingProxyType)):
        yield from ((f"[{key!r}]", inner) for key, inner in list(value.items()))
    elif isinstance(value, (list, tuple, deque)):
        yield from ((f"[{index}]", inner) for index, inner in enumerate(value))
    elif isinstance(value, (set, frozenset)):
        yield from (("{}", inner) for inner in sorted(value, key=repr))
    elif isinstance(value, (functools.partial, types.MethodType, types.FunctionType)):
        yield from _variables(value)
    for name, inner in list(getattr(value, "__dict__", {}).items()):
        if name != "_arguments":
            yield f".{name}", inner
    for name in slot_names(type(value)):  # type: ignore[arg-type]
        if hasattr(value, name):
            yield f".{name}", getattr(value, name)


def _variables(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a function holds."""
    if isinstance(value, functools.partial):
        yield from ((f".{name}", getattr(value, name)) for name in ("func", "args", "keywords"))
    elif isinstance(value, types.MethodType):
        yield ".__self__", value.__self__
    else:
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            yield f".{name}", cell.cell_contents


@functools.cache
def slot_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the slots of a class, as attributes."""
    found = []
    for one in kind.__mro__:
        slots = vars(one).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            is_private = name.startswith("__") and not name.endswith("__")
            found.append(f"_{one.__name__.lstrip('_')}{name}" if is_private else name)
    return tuple(name for name in found if name not in {"__dict__", "__weakref__"})
