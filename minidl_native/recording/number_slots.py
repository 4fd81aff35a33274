"""The plain values in an optimizer, such as its counters, and how to set them."""

from __future__ import annotations

import functools
import sys
from collections import deque
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from minidl_core import Parameter
from minidl_core.interfaces.call_order import CallOrderGuard
from minidl_native.recording.attribute_walk import LEAVES, NUMBERS, contents
from minidl_native.recording.number_column import NumberColumn


@dataclass
class NumberSlot:
    """A place of a plain value.

    Attributes:
        holder: the object, list or dict that holds it.
        key: the name of the attribute, or the key or index.
        path: the attribute of the optimizer.
    """

    holder: Any
    key: Any
    path: str

    @property
    def value(self) -> Any:
        """The value."""
        if isinstance(self.holder, (MutableMapping, list, deque)):
            return self.holder[self.key]
        return getattr(self.holder, self.key)

    @value.setter
    def value(self, value: Any) -> None:
        if isinstance(self.holder, (MutableMapping, list, deque)):
            self.holder[self.key] = value
        else:
            object.__setattr__(self.holder, self.key, value)


def plain_values(root: object) -> dict[str, Any]:
    """Return all plain values in an optimizer, by path; parameters are left out."""
    return {slot.path: slot.value for slot in number_slots(root)}


def set_plain_values(root: object, values: Mapping[str, Any]) -> None:
    """Set plain values in an optimizer.

    Args:
        root: the optimizer.
        values: the values by path; only attributes of the optimizer itself may be new.

    Raises:
        ValueError: a value is new inside an object that the optimizer holds.
    """
    slots = {slot.path: slot for slot in number_slots(root)}
    for path, value in values.items():
        if path in slots:
            slots[path].value = value
        elif path.isidentifier():
            object.__setattr__(root, path, value)
        else:
            raise ValueError(f"`{path}` is new")


def number_slots(root: object) -> list[NumberSlot]:
    """Return the places of all plain values in an optimizer, in an order that a copy of it has too."""
    return list(_slots(root, "", set()))


def _slots(value: Any, path: str, seen: set[int]) -> Iterator[NumberSlot]:
    if isinstance(value, (LEAVES, Parameter, NumberColumn, CallOrderGuard, functools.partial)) or id(value) in seen:
        return
    if type(value).__module__.startswith("minidl_native."):
        return
    if not isinstance(value, tuple):
        seen.add(id(value))
    for step, inner in contents(value):
        where = f"{path}{step}".removeprefix(".")
        if not isinstance(inner, (*NUMBERS, NumberColumn)):
            yield from _slots(inner, where, seen)
        elif not isinstance(value, (tuple, set, frozenset)):
            yield NumberSlot(value, _key(value, step), where)
    for name in _class_attributes(type(value)):  # type: ignore[arg-type]
        if name not in vars(value):
            yield NumberSlot(value, name, f"{path}.{name}".removeprefix("."))


@functools.cache
def _class_attributes(kind: Any) -> tuple[str, ...]:
    """Return the names of plain class attributes, which the first step may make attributes of the object."""
    if kind.__module__.partition(".")[0] in sys.stdlib_module_names or "__dict__" not in dir(kind):
        return ()
    return tuple(
        name
        for one in kind.__mro__
        if one.__module__.partition(".")[0] not in {"builtins", "abc", "minidl_core"}
        for name, value in vars(one).items()
        if not name.startswith("__") and isinstance(value, NUMBERS)
    )


def _key(holder: Any, step: str) -> Any:
    if step.startswith("."):
        return step[1:]
    if isinstance(holder, MutableMapping):
        return next(key for key in holder if f"[{key!r}]" == step)
    return int(step[1:-1])
