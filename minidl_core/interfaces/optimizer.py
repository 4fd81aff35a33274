"""The interface of optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from torch import Tensor

from minidl_core.interfaces.block import Block, consolidate
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.parameter import Parameter


class Optimizer(Component):
    """Updates parameters from their gradients.

    An optimizer is created from its settings and then attached to parameters. `step` computes with all of them at once:
    `value, grad = self.block` are two vectors. An optimizer that only adds a multiple of the gradient to the values
    calls `self.block.add_grad`, which does not gather the gradients in a vector. State is kept in tensors that are
    updated in place, and what changes from step to step otherwise, such as a learning rate, in Python numbers.

    Attributes:
        block: all values in one vector and all gradients in another, in the order of the parameters.

    Example:
        Gradient descent:

            class GradientDescent(Optimizer):
                def __init__(self, lr: float = 0.01) -> None:
                    self.lr = lr

                def step(self) -> None:
                    self.block.add_grad(-self.lr)
    """

    block: Block
    order: ClassVar[dict[str, str]] = {"step": "attach"}

    def attach(self, parameters: Sequence[Parameter]) -> None:
        """Set the parameters to update; an optimizer with a state overrides this method to allocate it.

        Args:
            parameters: the parameters of a network, in the order of `Module.parameters`.

        Raises:
            ValueError: the parameters differ in type or device.
        """
        self.block = consolidate(parameters)

    def step(self) -> None:
        """Update the parameters in place from their gradients.

        Raises:
            OrderError: `attach` was not called before.
        """
        raise NotImplementedError(f"{type(self).__name__} has no step")

    def state(self) -> dict[str, Tensor]:
        """Return the optimizer's state by name, such as momentum; none by default."""
        return {}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Copy a state into the optimizer's tensors; call `attach` first.

        Args:
            state: tensors by name, as `state` returned them.
        """
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
