"""Notices in little time whether anything that the parts of a run hold was replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from minidl_core import Parameter, Run
from minidl_native.recording.attribute_walk import Held, is_leaf_type, slot_names
from minidl_native.recording.run_parts import RunParts, RunPlace, generators_of, tensors_of
from minidl_native.recording.shared_values import shared_variables

KEPT = {"_value", "_values", "parameters"}
"""What parameters hold besides gradients."""


@dataclass(frozen=True)
class WatchedRun:
    """The tensors and generators of a run by place, as long as nothing of the run is replaced.

    Attributes:
        watch: notices that something was replaced.
        tensors: the tensors that its parts hold.
        generators: the generators that its parts hold.
    """

    watch: RunWatch
    tensors: dict[RunPlace, Tensor]
    generators: dict[RunPlace, torch.Generator]


_watched: WeakKeyDictionary[Run, WatchedRun] = WeakKeyDictionary()


def watched_run(run: Run) -> WatchedRun:
    """Return the tensors and generators of a run: the same object as before if nothing was replaced."""
    known = _watched.get(run)
    if known is None or not known.watch.is_unchanged():
        parts = RunParts.of(run)
        held = parts.held()
        known = _watched[run] = WatchedRun(RunWatch(parts, held), tensors_of(held), generators_of(held))
    return known


class RunWatch:
    """Everything that the parts of a run held at a moment, for a quick comparison with what they hold now.

    Numbers of the optimizer are left out. A difference may be of no importance: that is for others to find out.

    Args:
        parts: the parts of the run.
        found: all that they hold.
    """

    def __init__(self, parts: RunParts, found: Sequence[tuple[RunPlace, Held]]) -> None:
        self._dicts: list[tuple[Any, dict[Any, Any]]] = []
        self._optimizer_dicts: list[tuple[Any, dict[Any, Any]]] = []
        self._lists: list[tuple[Any, list[Any]]] = []
        self._slots: list[tuple[object, str, object]] = []
        self._pointers: list[tuple[Tensor, int]] = []
        self._shared = shared_variables(parts.components())
        for _, held in found:
            of_optimizer = held.owner is parts.optimizer or held.value is parts.optimizer
            self._note(held, of_optimizer=of_optimizer)

    def is_unchanged(self) -> bool:
        """Whether all attributes, and the contents of all lists and dicts, are the objects that they were."""
        try:
            return (
                all(live == kept for live, kept in self._dicts)
                and all(_without_numbers(live) == kept for live, kept in self._optimizer_dicts)
                and all(list(live) == kept for live, kept in self._lists)
                and all(getattr(holder, name, None) is value for holder, name, value in self._slots)
                and all(tensor.data_ptr() == pointer for tensor, pointer in self._pointers)
                and all(variable.current() is variable.value for variable in self._shared)
            )
        except Exception:  # noqa: BLE001 - comparing two tensors raises, as they were replaced
            return False

    def _note(self, held: Held, *, of_optimizer: bool) -> None:
        value = held.value
        if isinstance(value, Tensor):
            self._pointers.append((value, value.data_ptr()))
        if is_leaf_type(type(value)) or isinstance(value, RunParts):  # type: ignore[arg-type]
            return
        for live in (value if isinstance(value, dict) else None, getattr(value, "__dict__", None)):
            if live is not None and of_optimizer:
                self._optimizer_dicts.append((live, _without_numbers(live)))
            elif live is not None:
                self._dicts.append((live, dict(live)))
        if isinstance(value, (list, set)) and not (of_optimizer and any(map(_is_number, value))):
            self._lists.append((value, list(value)))
        for name in slot_names(type(value)):  # type: ignore[arg-type]
            if hasattr(value, name) and (name in KEPT or not isinstance(value, Parameter)):
                self._slots.append((value, name, getattr(value, name)))


def _without_numbers(values: dict[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in values.items() if not _is_number(value)}


def _is_number(value: object) -> bool:
    return type(value) in {int, float}
