"""Parameters and buffers: the tensors of a layer's state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from minidl_core.interfaces.block import Block


class Parameter:
    """A tensor to learn and the gradient of the loss with respect to it; unpacks as `(value, grad)`.

    Args:
        value: the initial value.

    Example:
        In a layer with weights:

            self.weight = Parameter(torch.zeros(out_features, in_features))  # in build
            self.weight.grad = grad_output.mT @ self.x  # in backward
    """

    __slots__ = ("_block", "_grad", "_value")

    def __init__(self, value: Tensor) -> None:
        self._value = value
        self._grad: Tensor | None = None
        self._block: Block | None = None

    @property
    def value(self) -> Tensor:
        """The tensor to learn; assigning to it copies the numbers if the parameter lies in a block."""
        return self._value

    @value.setter
    def value(self, value: Tensor) -> None:
        own = self._value
        alike = value.shape == own.shape and value.dtype == own.dtype and value.device == own.device
        if self._block is not None and alike:
            own.copy_(value.clone())  # which may be a view of what it is copied to
        else:
            self._value, self._block = value, None

    @property
    def grad(self) -> Tensor:
        """The gradient, of the value's shape; zeros before the first backward pass.

        An assigned tensor is kept, not copied: it must not be changed before the parameters are updated.

        Raises:
            OrderError: the steps of training were taken by an engine that keeps no gradients.
        """
        if self._grad is None:
            if self._block is not None:
                self._block.require_grads()
            with torch.inference_mode(mode=False):  # an inference tensor cannot be written to outside of inference mode
                self._grad = torch.zeros_like(self._value)
        elif self._grad.is_inference() and not torch.is_inference_mode_enabled():
            self._grad = self._grad.clone()
        return self._grad

    @grad.setter
    def grad(self, grad: Tensor) -> None:
        self._grad = grad

    @property
    def given_grad(self) -> Tensor | None:
        """The gradient as it was assigned, or None: reading it allocates and checks nothing."""
        return self._grad

    def __iter__(self) -> Iterator[Tensor]:
        """Yield the value and the gradient."""
        yield self.value
        yield self.grad

    def __repr__(self) -> str:
        """Return the shape and type of the parameter as text."""
        return f"Parameter({tuple(self.value.shape)}, {self.value.dtype})"


class Buffer:
    """A tensor of a layer's state that is saved but not learned, such as a running mean.

    Args:
        value: the tensor.
    """

    __slots__ = ("value",)

    def __init__(self, value: Tensor) -> None:
        self.value = value
