"""Parameters and buffers: the tensors of a layer's state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

if TYPE_CHECKING:
    from minidl_core.interfaces.block import Block

MANY_TERMS = 512
"""Number of terms from which a sum is as fast as a product with ones, and more accurate."""


class Parameter:
    """A tensor to learn and the gradient of the loss with respect to it; unpacks as `(value, grad)`.

    Args:
        value: the initial value; `grad` starts as zeros of its shape, type and device.

    Attributes:
        defers: True if a gradient given as a product or sum (`set_grad_product`, `set_grad_sum`) is computed only when
            it is read; set by the training loop. An optimizer that only adds the gradient to the value
            (`Block.add_grad`) then does both in one operation, without memory for the gradient.

    Example:
        In a layer with weights:

            self.weight = Parameter(torch.zeros(out_features, in_features))  # in build
            self.weight.grad = grad_output.mT @ self.x  # in backward
    """

    __slots__ = (
        "_block",
        "_grad",
        "_kept_ones",
        "_left",
        "_ones_count",
        "_right",
        "_row",
        "_transposed",
        "_value",
        "defers",
    )

    def __init__(self, value: Tensor) -> None:
        self._bind(value)
        self.defers = False
        self._grad: Tensor | None = None
        self._left: Tensor | None = None
        self._right: Tensor | None = None

    @property
    def value(self) -> Tensor:
        """The tensor to learn; assigning to it copies the numbers if the parameter lies in a block."""
        return self._value

    @value.setter
    def value(self, value: Tensor) -> None:
        if self._block is not None and _is_alike(value, self._value):
            self._value.copy_(value.clone())  # which may be a view of what it is copied to
        else:
            self._bind(value)

    def _bind(self, value: Tensor) -> None:
        """Replace the tensor of the value by another, outside of any block."""
        self._value = value
        self._transposed: Tensor | None = None
        self._row: Tensor | None = None
        self._block: Block | None = None
        self._kept_ones = value
        self._ones_count = -1

    @property
    def grad(self) -> Tensor:
        """The gradient, of the value's shape; its memory is allocated when it is first read."""
        if self._grad is None:
            self._allocate_grad()
        self._compute_grad()
        return cast(Tensor, self._grad)

    @grad.setter
    def grad(self, grad: Tensor) -> None:
        self._left = None
        if self._block is not None and _is_alike(grad, self._value):
            self.grad.copy_(grad.clone())
        else:
            self._grad = grad
            self._block = None

    @property
    def given_grad(self) -> tuple[torch.Size, torch.dtype] | None:
        """The shape and type of the gradient that was set, or None; a deferred gradient is not computed for it."""
        left, right = self._left, self._right
        if left is None:
            return None if self._grad is None else (self._grad.shape, self._grad.dtype)
        if right is None:
            return left.shape[:-1], left.dtype
        front = max(left.shape[:-2], right.shape[:-2], key=len)
        return torch.Size((*front, left.shape[-2], right.shape[-1])), left.dtype

    @property
    def transposed(self) -> Tensor:
        """The value with its last two dimensions swapped: a cached view, since creating one takes as long as a sum."""
        if self._transposed is None:
            self._transposed = self._value.mT
        return self._transposed

    @property
    def as_row(self) -> Tensor:
        """The value with a batch dimension inserted before the last dimension: a cached view."""
        if self._row is None:
            self._row = self._value.unsqueeze(-2)
        return self._row

    def set_grad_product(self, left: Tensor, right: Tensor) -> None:
        """Replace the gradient by the matrix product `left @ right`.

        Args:
            left: of shape `(*, rows, inner)`.
            right: of shape `(*, inner, columns)`. Neither may be modified before the next backward pass.
        """
        if self.defers:
            self._left, self._right = left, right
        else:
            self._left = None
            # For stacked runs, bmm avoids the dispatch of matmul. Reading _grad avoids the call of the property, which
            # takes a tenth of the product's time.
            product = torch.bmm if left.dim() == 3 == right.dim() else torch.matmul  # noqa: PLR2004
            product(left, right, out=self.grad if self._grad is None else self._grad)

    def set_grad_sum(self, terms: Tensor) -> None:
        """Replace the gradient by a sum over the last dimension, as for a bias.

        Args:
            terms: of shape `(*, features, batch)`; it may not be modified before the next backward pass.
        """
        self._left = self._right = None
        if self.defers:
            self._left = terms
        elif terms.dim() == 2 and terms.size(1) < MANY_TERMS:  # noqa: PLR2004 - a single run
            torch.mv(terms, self._ones(terms.size(1)), out=self.grad if self._grad is None else self._grad)
        else:
            torch.sum(terms, -1, out=self.grad)

    def add_grad(self, scale: float, decay: float = 1.0) -> None:
        """Replace the value by `decay · value + scale · grad`; a deferred gradient is added without storing it."""
        value, left, right = self._value, self._left, self._right
        if left is not None and right is not None:
            multiply = value.addmm_ if left.dim() == 2 else value.baddbmm_  # noqa: PLR2004 - a single run, or a stack
            multiply(left, right, beta=decay, alpha=scale)
        elif left is not None and left.dim() == 2 and left.size(1) < MANY_TERMS:  # noqa: PLR2004 - a single run
            value.addmv_(left, self._ones(left.size(1)), beta=decay, alpha=scale)
        else:
            if decay != 1:
                value.mul_(decay)
            value.add_(self.grad if left is None else left.sum(-1), alpha=scale)

    def _compute_grad(self) -> None:
        """Compute the gradient if it is deferred."""
        if self._left is None:
            return
        left, right, self._left, self._right = self._left, self._right, None, None
        defers, self.defers = self.defers, False
        if right is None:
            self.set_grad_sum(left)
        else:
            self.set_grad_product(left, right)
        self.defers = defers

    def _ones(self, count: int) -> Tensor:
        """Return a vector of ones: a product with it takes half the time of a sum with few terms."""
        if count != self._ones_count:
            self._kept_ones, self._ones_count = self._value.new_ones(count), count
        return self._kept_ones

    def _allocate_grad(self) -> None:
        if self._block is not None:
            self._block._allocate_grad()  # noqa: SLF001 - same class
            return
        with torch.inference_mode(mode=False):  # an inference tensor cannot be written to outside of inference mode
            self._grad = torch.zeros_like(self._value)

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


def _is_alike(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.device == other.device
