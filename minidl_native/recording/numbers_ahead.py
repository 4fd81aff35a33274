"""Numbers of an optimizer that were computed for more steps than were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from minidl_core import Optimizer
from minidl_native.recording.attribute_walk import NUMBERS
from minidl_native.recording.number_slots import NumberSlot, number_slots
from minidl_native.recording.snapshot import same

AHEAD = 2048
"""The number of steps to compute at once."""


@dataclass
class NumbersAhead:
    """Numbers of steps to come, with the counters that the optimizer must have before each of them.

    Attributes:
        table: the numbers of the steps.
        counters: the values of what changes before each step and after the last, by path; empty if all steps are alike.
        attributes: the attributes of the optimizer.
        inner: the places of plain values inside the objects that the optimizer holds, with their values.
        step: the number of the next step in the table.
    """

    table: Tensor
    counters: dict[str, list[Any]]
    attributes: dict[str, Any]
    inner: list[tuple[NumberSlot, Any]]
    step: int = 0

    @classmethod
    def of(cls, optimizer: Optimizer, table: Tensor, counters: dict[str, list[Any]]) -> NumbersAhead:
        """Return the numbers computed for the next steps of an optimizer, before it takes any."""
        inner = [(slot, slot.value) for slot in number_slots(optimizer) if slot.holder is not optimizer]
        return cls(table, counters, dict(vars(optimizer)), inner)

    def take(self, optimizer: Optimizer, count: int) -> Tensor | None:
        """Return the numbers of the next steps and advance the optimizer's counters; None if they are not known.

        They are known if the optimizer holds what it should: nobody changed a setting or a counter.
        """
        if not self._is_current(optimizer) and not self._skip(optimizer):
            return None
        end = self.step + (count if self.counters else 0)
        if (end if self.counters else count) > len(self.table):
            return None
        for slot, _ in self.inner:
            if slot.path in self.counters:
                slot.value = self.counters[slot.path][end]
        held = vars(optimizer)
        for path, values in self.counters.items():
            if path in held:
                held[path] = values[end]
        found = self.table[self.step : self.step + count]
        self.step = end
        return found

    def _skip(self, optimizer: Optimizer) -> bool:
        """Skip steps that the optimizer took by another recording, such as that of a smaller batch; whether it did."""
        held = {slot.path: slot.value for slot, _ in self.inner} | vars(optimizer)
        before = self.step
        for path, values in self.counters.items():
            if held.get(path) not in values[before:]:
                return False
            self.step = max(self.step, values.index(held[path], before))
        return self.step > before and self._is_current(optimizer)

    def _is_current(self, optimizer: Optimizer) -> bool:
        held = vars(optimizer)
        if held.keys() != self.attributes.keys():
            return False
        for name, value in held.items():
            expected = self.counters[name][self.step] if name in self.counters else self.attributes[name]
            if value is not expected and not (isinstance(value, NUMBERS) and same(value, expected)):
                return False
        for slot, kept in self.inner:
            expected = self.counters[slot.path][self.step] if slot.path in self.counters else kept
            if not same(slot.value, expected):
                return False
        return True
