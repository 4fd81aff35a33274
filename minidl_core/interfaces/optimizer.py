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

    An optimizer is created from its settings and then attached to parameters. The parameters lie in one block of
    memory, so that `step` is a few operations on `self.block` for a network of any depth. An optimizer that only adds a
    multiple of the gradient to the values calls `self.block.add_grad`, which can avoid computing the gradient.

    Attributes:
        block: all values in one vector and all gradients in another, in the order of the parameters.
        elementwise: class attribute: True if the update of each element depends only on its own value and gradients,
            so that stacked runs can share a step. If False, each run takes its own step. Default: False.
        only_adds: True if `step` uses gradients only in `self.block.add_grad`, so that they need not be computed
            before; an instance sets it where its settings allow. Default: False.

    Example:
        Gradient descent:

            class GradientDescent(Optimizer):
                elementwise = True
                only_adds = True

                def __init__(self, lr: float = 0.01) -> None:
                    self.lr = lr

                def step(self) -> None:
                    self.block.add_grad(-self.lr)
    """

    block: Block
    order: ClassVar[dict[str, str]] = {"step": "attach"}
    elementwise: ClassVar[bool] = False
    only_adds: bool = False

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
