"""How stacked runs are updated: by one optimizer for all, or each by its own."""

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
    """One optimizer for all runs, where their settings are the same and no element's update depends on another's.

    Args:
        optimizers: those of the runs.
        block: the parameters of all.
        layout: the order of their elements.
    """

    def __init__(self, optimizers: Sequence[Optimizer], block: Block, layout: StackedLayout) -> None:
        self.optimizers = optimizers
        self.layout = layout
        self.optimizer = copy.copy(optimizers[0])
        for method in self.optimizer.order:
            vars(self.optimizer).pop(method, None)  # guards of the one that is copied, if it copies them
        self.optimizer.attach(block.parameters)

    def is_supported(self) -> bool:
        """Tell whether the optimizer's state can be taken apart: it is of vectors of all elements and of numbers."""
        shapes = {tensor.shape for tensor in self.optimizer.state().values()}
        return shapes <= {torch.Size([self.layout.count]), torch.Size([])}

    def sync(self) -> None:
        """Bring the runs' optimizers to where the shared one is."""
        state = {name: self._split(tensor) for name, tensor in self.optimizer.state().items()}
        plain = plain_attributes(self.optimizer)
        for index, optimizer in enumerate(self.optimizers):
            vars(optimizer).update(plain)
            if state:
                optimizer.load_state({name: tensors[index] for name, tensors in state.items()})

    def reload(self) -> None:
        """Bring the shared optimizer to where the runs' are."""
        vars(self.optimizer).update(plain_attributes(self.optimizers[0]))
        state = self.optimizer.state()
        of_runs = [optimizer.state() for optimizer in self.optimizers]
        if state and of_runs[0].keys() == state.keys():
            self.optimizer.load_state(
                {name: self._merge(tensor, [one[name] for one in of_runs]) for name, tensor in state.items()}
            )

    def _split(self, tensor: Tensor) -> Sequence[Tensor]:
        """Return each run's part of a tensor of the optimizer's state, or a copy of what is no element's own."""
        if tensor.dim():
            return self.layout.split(tensor).unbind()
        return [tensor.clone() for _ in self.optimizers]

    def _merge(self, tensor: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return what a tensor of the optimizer's state is to be where the runs' parts are these."""
        return self.layout.merge(parts) if tensor.dim() else parts[0]


class SeparateOptimizers(Optimizer):
    """The runs' own optimizers, each with its own settings, on the runs' own parameters: copied there and back.

    Args:
        optimizers: those of the runs.
        blocks: the parameters of each.
        block: the parameters of all.
        layout: the order of their elements.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], blocks: Sequence[Block], block: Block, layout: StackedLayout
    ) -> None:
        self.block = block
        self.blocks = blocks
        self.optimizers = optimizers
        self.layout = layout

    def step(self) -> None:
        """Update each run's parameters, as they are now, by its gradients."""
        values, grads = (self.layout.split(tensor).unbind() for tensor in self.block)
        for optimizer, own, value, grad in zip(self.optimizers, self.blocks, values, grads, strict=True):
            own.value.copy_(value)
            own.grad.copy_(grad)
            optimizer.step()
        self.block.value.copy_(self.layout.merge([own.value for own in self.blocks]))


def plain_attributes(optimizer: Optimizer) -> dict[str, object]:
    """Return the numbers and texts among an optimizer's attributes: its settings, and what it counts."""
    return {name: value for name, value in vars(optimizer).items() if _is_plain(value)}


def _is_plain(value: object) -> bool:
    return isinstance(value, Number | str) or (isinstance(value, tuple | list) and all(map(_is_plain, value)))
