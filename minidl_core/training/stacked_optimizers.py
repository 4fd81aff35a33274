"""Optimizers of stacked runs: a shared one, or a separate one for each run."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from numbers import Number

import torch
from torch import Tensor

from minidl_core.interfaces.block import Block
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.training.stacked_layout import StackedLayout


class SharedOptimizer:
    """One optimizer for all runs, if their settings are equal and elements are updated independently.

    Args:
        optimizers: the optimizers of the runs.
        block: the parameters of all runs.
        layout: the order of the elements in the block.
    """

    def __init__(self, optimizers: Sequence[Optimizer], block: Block, layout: StackedLayout) -> None:
        self.optimizers = optimizers
        self.layout = layout
        self.optimizer = copy.copy(optimizers[0])
        for method in self.optimizer.order:
            vars(self.optimizer).pop(method, None)  # call-order guards of the original, if they were copied
        self.optimizer.attach(block.parameters)

    def is_supported(self) -> bool:
        """Whether the state can be split: it consists of vectors of all elements and of single numbers."""
        shapes = {tensor.shape for tensor in self.optimizer.state().values()}
        return shapes <= {torch.Size([self.layout.count]), torch.Size([])}

    def sync(self) -> None:
        """Copy the state of the shared optimizer to the optimizers of the runs."""
        state = {name: self._split(tensor) for name, tensor in self.optimizer.state().items()}
        plain = plain_attributes(self.optimizer)
        for index, optimizer in enumerate(self.optimizers):
            vars(optimizer).update(plain)
            if state:
                optimizer.load_state({name: tensors[index] for name, tensors in state.items()})

    def reload(self) -> None:
        """Copy the state of the optimizers of the runs to the shared one."""
        vars(self.optimizer).update(plain_attributes(self.optimizers[0]))
        state = self.optimizer.state()
        of_runs = [optimizer.state() for optimizer in self.optimizers]
        if state and of_runs[0].keys() == state.keys():
            self.optimizer.load_state(
                {name: self._merge(tensor, [one[name] for one in of_runs]) for name, tensor in state.items()}
            )

    def _split(self, tensor: Tensor) -> Sequence[Tensor]:
        """Return the part of each run of a tensor of the state; copies of a single number."""
        if tensor.dim():
            return self.layout.split(tensor).unbind()
        return [tensor.clone() for _ in self.optimizers]

    def _merge(self, tensor: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return a tensor of the state, given the part of each run; the inverse of `_split`."""
        return self.layout.merge(parts) if tensor.dim() else parts[0]


class SeparateOptimizers(Optimizer):
    """A separate optimizer for each run; parameters are copied to the runs, updated and copied back.

    Args:
        optimizers: the optimizers of the runs.
        blocks: the parameters of each run.
        block: the parameters of all runs.
        layout: the order of the elements in the block.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], blocks: Sequence[Block], block: Block, layout: StackedLayout
    ) -> None:
        self.block = block
        self.blocks = blocks
        self.optimizers = optimizers
        self.layout = layout

    def step(self) -> None:
        """Update the parameters of each run by its own optimizer."""
        values, grads = (self.layout.split(tensor).unbind() for tensor in self.block)
        for optimizer, own, value, grad in zip(self.optimizers, self.blocks, values, grads, strict=True):
            own.value.copy_(value)
            own.grad.copy_(grad)
            optimizer.step()
        self.block.value.copy_(self.layout.merge([own.value for own in self.blocks]))


def plain_attributes(optimizer: Optimizer) -> dict[str, object]:
    """Return the attributes of an optimizer that are numbers, texts or sequences of these: settings and counters."""
    return {name: value for name, value in vars(optimizer).items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    return isinstance(value, Number | str) or (isinstance(value, tuple | list) and all(map(_is_plain, value)))
