"""The parts of a run that take its steps, and the places of its tensors and generators in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from minidl_core import Component, Loss, Metric, Optimizer, Parameter, Run, Scale, Sequential
from minidl_core.assembly import part_names
from minidl_native.recording.attribute_walk import Held, walk


class RunPlace(NamedTuple):
    """Where the parts of a run hold a value: the same in a copy of the run, and in runs of like parts.

    Attributes:
        owner: the number of the part among all parts, in the order of the walk; 0 for none.
        path: the attribute of the part.
    """

    owner: int
    path: str


@dataclass(frozen=True)
class RunParts:
    """The parts of a run that take its steps and evaluate it.

    Attributes:
        model: the network.
        loss: the loss.
        optimizer: the optimizer.
        metrics: the metrics by name.
        scale: converts targets to the user's units for the metrics; None keeps them.
    """

    model: Sequential
    loss: Loss
    optimizer: Optimizer
    metrics: Mapping[str, Metric]
    scale: Scale | None

    @classmethod
    def of(cls, run: Run) -> RunParts:
        """Return the parts of a run."""
        return cls(run.model, run.loss, run.optimizer, dict(run.metrics), run.data.target_scale)

    def components(self) -> list[Component]:
        """Return the network, all its layers, the loss, the optimizer and the metrics."""
        return [*self.model.modules(), self.loss, self.optimizer, *self.metrics.values()]

    def held(self) -> list[tuple[RunPlace, Held]]:
        """Return all values that the parts hold, with their places."""
        found = []
        owners: dict[int, int] = {}
        for held in walk(self):
            if isinstance(held.value, Component):
                owners.setdefault(id(held.value), len(owners) + 1)
            found.append((RunPlace(0 if held.owner is None else owners[id(held.owner)], held.path), held))
        return found

    def tensors(self) -> dict[RunPlace, Tensor]:
        """Return all tensors that the parts hold, by place."""
        return tensors_of(self.held())

    def gradients(self) -> set[int]:
        """Return the keys of the storages that hold nothing but gradients."""
        found = [held.value for held in walk(self.model.parameters()) if isinstance(held.value, (Parameter, Tensor))]
        values = {storage_key(value.value) for value in found if isinstance(value, Parameter)}
        return {storage_key(value) for value in found if isinstance(value, Tensor)} - values

    def names(self) -> dict[int, str]:
        """Return the names of all parts in messages, by their `id`."""
        parts: list[Component] = [self.model, self.loss, self.optimizer, *self.metrics.values()]
        return {id(self.model): "the network", **part_names(parts)}


def tensors_of(values: list[tuple[RunPlace, Held]]) -> dict[RunPlace, Tensor]:
    """Return the tensors among what parts hold, by place."""
    return {place: held.value for place, held in values if isinstance(held.value, Tensor)}


def generators_of(values: list[tuple[RunPlace, Held]]) -> dict[RunPlace, torch.Generator]:
    """Return the generators among what parts hold, by place."""
    return {place: held.value for place, held in values if type(held.value) is torch.Generator}


def name_of(held: Held, names: dict[int, str]) -> str:
    """Return the name in messages of the part that holds a value; empty without one."""
    owner = held.owner
    return "" if owner is None else names.get(id(owner)) or owner.label()


def storage_key(tensor: Tensor) -> int:
    """Return a number that tensors on the same storage share, as long as it exists."""
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - the only identity of a storage
