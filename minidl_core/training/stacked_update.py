"""How stacked runs are updated: by one optimizer for all, or each by its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.parameter import Block


class SharedUpdate:
    """One optimizer for all runs, where their settings are the same and no element's update depends on another's.

    Args:
        optimizers: those of the runs.
        block: the parameters of all.
        places: where in the block each run's elements are, `(runs, elements)`.
    """

    def __init__(self, optimizers: Sequence[Optimizer], block: Block, places: Tensor) -> None:
        self.optimizers = optimizers
        self.places = places
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
        return list(tensor.view(-1)[self.places]) if self._is_of_elements(tensor) else [tensor] * len(self.optimizers)

    def _joined(self, tensor: Tensor, parts: Sequence[Tensor]) -> Tensor:
        """Return what a tensor of the optimizer's state is to be where the runs' parts are these."""
        if not self._is_of_elements(tensor):
            return parts[0]
        return torch.empty_like(tensor).index_copy_(
            0, self.places.view(-1), torch.cat([part.view(-1) for part in parts])
        )

    def _is_of_elements(self, tensor: Tensor) -> bool:
        return tensor.numel() == self.places.numel()


class OwnUpdates(Optimizer):
    """The runs' own optimizers, each with its own settings, on the runs' own parameters: copied there and back.

    Args:
        optimizers: those of the runs.
        blocks: the parameters of each.
        block: the parameters of all.
        places: where in the block each run's elements are, `(runs, elements)`.
    """

    def __init__(self, optimizers: Sequence[Optimizer], blocks: Sequence[Block], block: Block, places: Tensor) -> None:
        self.block = block
        self.of_runs = list(zip(optimizers, blocks, places, strict=True))

    def step(self) -> None:
        """Update each run's parameters by its gradients."""
        values, grads = self.block.value, self.block.grad
        for optimizer, own, places in self.of_runs:
            torch.index_select(grads, 0, places, out=own.grad)
            optimizer.step()
            values.index_copy_(0, places, own.value)
