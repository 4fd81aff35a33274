"""Snapshots of everything that the parts of a run hold, to see what a step or a hook changed."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from minidl_core import Component, Parameter
from minidl_native.recording.attribute_walk import LEAVES, NUMBERS
from minidl_native.recording.run_parts import RunParts, RunPlace, name_of
from minidl_native.recording.shared_values import shared_variables

SHARED = -1
"""The number of the owner of what a class or a module holds, not a part."""


@dataclass(frozen=True)
class Snapshot:
    """The values that the parts of a run held.

    Attributes:
        values: plain values, sizes of containers, and types of objects, by place.
        owners: the part of each owner's number.
        optimizer: the places in the optimizer.
    """

    values: dict[RunPlace, Any]
    owners: dict[int, str]
    optimizer: set[RunPlace]

    def changes(self, later: Snapshot) -> dict[RunPlace, str]:
        """Return how the values differ from those of a later snapshot, by place, as the rest of a sentence."""
        found = {}
        for place, value in later.values.items():
            if place not in self.values:
                found[place] = f"gets an attribute `{place.path}`"
            elif not same(self.values[place], value):
                found[place] = _change(place.path, self.values[place], value)
        return found | {place: f"loses its attribute `{place.path}`" for place in self.values.keys() - later.values}


def snapshot(parts: RunParts, names: dict[int, str] | None = None) -> Snapshot:
    """Return what parts hold now: plain values, sizes and types.

    Tensors, generators, what parameters hold inside and the mode of layers are left out.

    Args:
        parts: the parts.
        names: their names in messages; None finds them.
    """
    names = parts.names() if names is None else names
    values: dict[RunPlace, Any] = {}
    owners: dict[int, str] = {}
    optimizer, parameter = set(), RunPlace(SHARED, "")
    for place, held in parts.held():
        if place.owner not in owners:
            owners[place.owner] = name_of(held, names)
        if held.owner is parts.optimizer:
            optimizer.add(place)
        is_inside = place.owner == parameter.owner and place.path.startswith(f"{parameter.path}.")
        if isinstance(held.value, Parameter) and not is_inside:
            parameter = place
        if type(held.value) not in {Tensor, torch.Generator} and not is_inside and place.path != "training":
            values[place] = _comparable(held.value)
    for variable in shared_variables(parts.components()):
        if type(variable.value) not in {Tensor, torch.Generator}:
            place = RunPlace(SHARED, f"{names[id(variable.part)]}: {variable.label}")
            while place in values:
                place = place._replace(path=f"{place.path} ")  # another variable of the same name
            values[place] = _comparable(variable.value)
    return Snapshot(values, owners, optimizer)


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, of the same type; NaN is the same as NaN."""
    return (
        type(one) is type(other)
        and (one == other or repr(one) == repr(other) == "nan")
        and (not isinstance(one, float) or repr(one) == repr(other))
    )


def _change(path: str, before: Any, after: Any) -> str:
    if (
        isinstance(before, Size)
        and isinstance(after, Size)
        and isinstance(before.size, int)
        and before.kind == after.kind
    ):
        return f"changes the length of its {before.kind} `{path}` from {before.size} to {after.size}"
    return f"changes its attribute `{path}` from {before!r} to {after!r}"


@dataclass(frozen=True)
class Size:
    """The type and size of a container, or the type and text of another object."""

    kind: str
    size: int | str

    def __repr__(self) -> str:
        return self.size if isinstance(self.size, str) and self.size else f"a {self.kind}"


def _comparable(value: Any) -> Any:
    """Return what is compared of a value."""
    if isinstance(value, (*NUMBERS, type)):
        return value
    if isinstance(value, (list, tuple, dict, set, frozenset)) or type(value).__name__ == "deque":
        return Size(type(value).__name__, len(value))
    if hasattr(value, "__array_interface__"):
        return Size(type(value).__name__, f"{value.shape} {hash(value.tobytes())}")
    text = "" if isinstance(value, (Component, LEAVES, types.FunctionType)) else repr(value)
    return Size(type(value).__name__, "" if " at 0x" in text else text[:100])
