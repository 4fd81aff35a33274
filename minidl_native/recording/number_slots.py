"""The plain values in an optimizer, such as its counters, and how to set them."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from minidl_core import Parameter
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


def number_slots(root: object) -> list[NumberSlot]:
    """Return the places of all plain values in an optimizer, in an order that a copy of it has too.

    Parameters are left out.
    """
    return list(_slots(root, "", set()))


def _slots(value: Any, path: str, seen: set[int]) -> Iterator[NumberSlot]:
    if isinstance(value, (LEAVES, Parameter, Tensor, NumberColumn, functools.partial)) or id(value) in seen:
        return
    if type(value).__module__.startswith("minidl_native."):
        return
    if not isinstance(value, tuple):
        seen.add(id(value))
    for step, inner in contents(value):
        where = f"{path}{step}".removeprefix(".")
        if isinstance(inner, (*NUMBERS, NumberColumn)):
            if not isinstance(value, (tuple, set, frozenset)):
                yield NumberSlot(value, _key(value, step), where)
        else:
            yield from _slots(inner, where, seen)


def _key(holder: Any, step: str) -> Any:
    if step.startswith("."):
        return step[1:]
    if isinstance(holder, MutableMapping):
        return next(key for key in holder if f"[{key!r}]" == step)
    return int(step[1:-1])
