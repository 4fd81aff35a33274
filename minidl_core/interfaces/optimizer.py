"""The interface of optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.block import Block, consolidate
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.parameter import Parameter


class Optimizer(Component):
    """What changes parameters by their gradients.

    An optimizer is made from its settings, then attached to parameters. They lie in one block of memory, so that
    `step` is a few operations on `self.block`, whatever the network's depth. One that does no more with the gradient
    than to add a multiple of it to the values calls `self.block.add_grad`, which may save computing it.

    Attributes:
        block: all values in one vector and all gradients in another, in the order of the parameters.
        elementwise: whether each element's update depends on its own value and gradients alone, so that independent
            runs that are stacked can share a step; the class declares it. Without, each run has a step of its own.
        only_adds: whether `step` uses the gradient in `self.block.add_grad` alone, so that it need not be computed
            before; an instance whose settings are so declares it.
    """

    block: Block
    order: ClassVar[dict[str, str]] = {"step": "attach"}
    elementwise: ClassVar[bool] = False
    only_adds: bool = False

    def attach(self, parameters: Sequence[Parameter]) -> None:
        """Take on the parameters to update; an optimizer with a state of its own allocates it here."""
        self.block = consolidate(parameters)

    def step(self) -> None:
        """Update the parameters in place by their gradients."""
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def state(self) -> dict[str, Tensor]:
        """Return the tensors that, with the parameters, are all it takes to go on exactly as if never stopped."""
        return {}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Restore what `state` returned, after `attach`."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
