"""How stacked runs are updated: by one optimizer for all, or each by its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from torch import Tensor

from minidl_core.interfaces.block import Block
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.training.stacked_elements import StackedElements


class SharedUpdate:
    """One optimizer for all runs, where their settings are the same and no element's update depends on another's.

    Args:
        optimizers: those of the runs.
        block: the parameters of all.
        elements: their order.
    """

    def __init__(self, optimizers: Sequence[Optimizer], block: Block, elements: StackedElements) -> None:
        self.optimizers = optimizers
        self.elements = elements
        self.optimizer = copy.copy(optimizers[0])
        self.optimizer.attach(block.parameters)

    def settle(self) -> None:
        """Bring the states of the runs' optimizers to where the shared one's is."""
        state = {name: self._taken_apart(tensor) for name, tensor in self.optimizer.state().items()}
        if state:
            for index, optimizer in enumerate(self.optimizers):
                optimizer.load_state({name: tensors[index] for name, tensors in state.items()})

    def resume(self) -> None:
        """Bring settings and state of the shared optimizer to where the runs' are."""
        for name, value in self.optimizers[0].settings_now().items():
            setattr(self.optimizer, name, value)
        state = self.optimizer.state()
        if state:
            of_runs = [optimizer.state() for optimizer in self.optimizers]
            self.optimizer.load_state(
                {name: self._joined(tensor, [one[name] for one in of_runs]) for name, tensor in state.items()}
            )

    def _taken_apart(self, tensor: Tensor) -> Sequence[Tensor]:
        """Return each run's part of a tensor of the optimizer's state, or the whole where it is no element's own."""
        if tensor.numel() == self.elements.count:
            return self.elements.apart(tensor).unbind()
        return [tensor] * len(self.optimizers)

    def _joined(self, tensor: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return what a tensor of the optimizer's state is to be where the runs' parts are these."""
        return self.elements.joined(parts) if tensor.numel() == self.elements.count else parts[0]


class OwnUpdates(Optimizer):
    """The runs' own optimizers, each with its own settings, on the runs' own parameters: copied there and back.

    Args:
        optimizers: those of the runs.
        blocks: the parameters of each.
        block: the parameters of all.
        elements: their order.
    """

    def __init__(
        self, optimizers: Sequence[Optimizer], blocks: Sequence[Block], block: Block, elements: StackedElements
    ) -> None:
        self.block = block
        self.blocks = blocks
        self.optimizers = optimizers
        self.elements = elements

    def step(self) -> None:
        """Update each run's parameters by its gradients."""
        grads = self.elements.apart(self.block.grad)
        for optimizer, own, grad in zip(self.optimizers, self.blocks, grads.unbind(), strict=True):
            own.grad.copy_(grad)
            optimizer.step()
        self.block.value.copy_(self.elements.joined([own.value for own in self.blocks]))
