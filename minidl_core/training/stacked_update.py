"""How stacked runs are updated: by one optimizer for all, or each by its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.parameter import Parameter, consolidate
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.state import Run


class SharedUpdate:
    """One optimizer for all runs, where their settings are the same and no element's update depends on another's.

    While they are trained, the parameters of the runs' own networks are views of the stack's.

    Args:
        runs: what is stacked.
        model: the network of all.
    """

    def __init__(self, runs: Sequence[Run], model: Sequential) -> None:
        self.runs = runs
        self.optimizer = copy.copy(runs[0].optimizer)
        self.optimizer.attach(model.parameters())
        self.places = _places(model.parameters(), len(runs))
        of_runs = zip(*(run.model.parameters() for run in runs), strict=True)
        for stacked, parameters in zip(model.parameters(), of_runs, strict=True):
            for parameter, value, grad in zip(parameters, *stacked, strict=True):
                parameter.value, parameter.grad = value, grad

    def settle(self) -> None:
        """Bring gradients and the optimizers' states of the runs to where the stack's are."""
        self.optimizer.block.grad  # noqa: B018 - those that were deferred are computed by asking
        state = {name: self._by_run(tensor) for name, tensor in self.optimizer.state().items()}
        if state:
            for index, run in enumerate(self.runs):
                run.optimizer.load_state({name: tensors[index] for name, tensors in state.items()})

    def release(self) -> None:
        """Give each run parameters of its own."""
        for run in self.runs:
            for parameter in run.model.parameters():
                parameter.value, parameter.grad = (tensor.clone() for tensor in parameter)
            state = {name: tensor.clone() for name, tensor in run.optimizer.state().items()}
            run.optimizer.attach(run.model.parameters())
            run.optimizer.load_state(state)

    def _by_run(self, tensor: Tensor) -> Sequence[Tensor]:
        """Return each run's part of a tensor of the optimizer's state, or the whole where it is no element's own."""
        if tensor.numel() == self.places.numel():
            return list(tensor.view(-1)[self.places])
        return [tensor] * len(self.runs)


class OwnUpdates(Optimizer):
    """The runs' own optimizers, each with its own settings, on the runs' own parameters: copied there and back.

    Args:
        runs: what is stacked.
        model: the network of all.
    """

    def __init__(self, runs: Sequence[Run], model: Sequential) -> None:
        self.optimizer = self
        self.attach(model.parameters())
        self.of_runs = [
            (run.optimizer, consolidate(run.model.parameters()), places)
            for run, places in zip(runs, _places(model.parameters(), len(runs)), strict=True)
        ]

    def step(self) -> None:
        """Update each run's parameters by its gradients."""
        values, grads = self.block.value, self.block.grad
        for optimizer, own, places in self.of_runs:
            torch.index_select(grads, 0, places, out=own.grad)
            optimizer.step()
            values.index_copy_(0, places, own.value)

    def settle(self) -> None:
        """Leave the runs as they are: they are where the stack is at every step."""

    def release(self) -> None:
        """Leave the runs' parameters as they are: they are their own."""


def _places(parameters: Sequence[Parameter], runs: int) -> Tensor:
    """Return where in the stack's block each run's elements are, `(runs, elements)`, in the run's own order."""
    offsets, places = 0, []
    for parameter in parameters:
        size = parameter.value.numel()
        places.append(torch.arange(offsets, offsets + size, device=parameter.value.device).view(runs, -1))
        offsets += size
    return torch.cat(places, dim=1)
