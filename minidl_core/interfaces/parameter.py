"""What is learned: a tensor and its gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

if TYPE_CHECKING:
    from minidl_core.interfaces.block import Block

MANY_TERMS = 512
"""From so many terms on, a sum is as quick as a product with ones, and more exact."""


class Parameter:
    """A tensor to be learned with the gradient of the loss with respect to it; unpacks as `(value, grad)`.

    Args:
        value: the initial value; `grad` starts as zeros of its shape, type and device.

    Attributes:
        defers: whether a gradient that a layer describes (`set_grad_product`, `set_grad_sum`) is computed only when it
            is asked for; the training loop decides. An optimizer that does no more than add it to the value
            (`Block.add_grad`) then does both in one operation, and memory for the gradient is never touched.
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
        """The tensor to be learned; in a block, numbers that are assigned are copied to its place there."""
        return self._value

    @value.setter
    def value(self, value: Tensor) -> None:
        if self._block is not None and _is_alike(value, self._value):
            self._value.copy_(value.clone())  # which may be a view of what it is copied to
        else:
            self._bind(value)

    def _bind(self, value: Tensor) -> None:
        """Take another tensor for the value, outside of any block."""
        self._value = value
        self._transposed: Tensor | None = None
        self._row: Tensor | None = None
        self._block: Block | None = None
        self._kept_ones = value
        self._ones_count = -1

    @property
    def grad(self) -> Tensor:
        """The gradient; memory for it is allocated when it is first asked for."""
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
        """The shape and type of the gradient that a layer gave; one that is deferred is not computed for that."""
        left, right = self._left, self._right
        if left is None:
            return None if self._grad is None else (self._grad.shape, self._grad.dtype)
        if right is None:
            return left.shape[:-1], left.dtype
        front = max(left.shape[:-2], right.shape[:-2], key=len)
        return torch.Size((*front, left.shape[-2], right.shape[-1])), left.dtype

    @property
    def transposed(self) -> Tensor:
        """The value with its last two dimensions swapped: a view, kept because making one costs as much as a sum."""
        if self._transposed is None:
            self._transposed = self._value.mT
        return self._transposed

    @property
    def as_row(self) -> Tensor:
        """The value with a dimension for the batch before the last: a view, kept likewise."""
        if self._row is None:
            self._row = self._value.unsqueeze(-2)
        return self._row

    def set_grad_product(self, left: Tensor, right: Tensor) -> None:
        """Replace the gradient by the matrix product of two tensors, which must stay as they are until the next."""
        if self.defers:
            self._left, self._right = left, right
        else:
            self._left = None
            # Of runs stacked in front, matmul finds out with effort that it is bmm. The property is passed by where it
            # can be: its call is a tenth of the product's time.
            product = torch.bmm if left.dim() == 3 == right.dim() else torch.matmul  # noqa: PLR2004
            product(left, right, out=self.grad if self._grad is None else self._grad)

    def set_grad_sum(self, terms: Tensor) -> None:
        """Replace the gradient, a vector, by the sum over the last dimension, as of `(features, batch)`; likewise."""
        self._left = self._right = None
        if self.defers:
            self._left = terms
        elif terms.dim() == 2 and terms.size(1) < MANY_TERMS:  # noqa: PLR2004 - one run alone
            torch.mv(terms, self._ones(terms.size(1)), out=self.grad if self._grad is None else self._grad)
        else:
            torch.sum(terms, -1, out=self.grad)

    def add_grad(self, scale: float, decay: float = 1.0) -> None:
        """Replace the value by `decay · value + scale · grad`; a deferred gradient is computed right into it."""
        value, left, right = self._value, self._left, self._right
        if left is not None and right is not None:
            multiply = value.addmm_ if left.dim() == 2 else value.baddbmm_  # noqa: PLR2004 - one run alone, or a stack
            multiply(left, right, beta=decay, alpha=scale)
        elif left is not None and left.dim() == 2 and left.size(1) < MANY_TERMS:  # noqa: PLR2004 - likewise
            value.addmv_(left, self._ones(left.size(1)), beta=decay, alpha=scale)
        else:
            if decay != 1:
                value.mul_(decay)
            value.add_(self.grad if left is None else left.sum(-1), alpha=scale)

    def _compute_grad(self) -> None:
        """Compute the gradient if it was deferred."""
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
        """Return ones to sum by a product, which takes half the time of a sum where there are few."""
        if count != self._ones_count:
            self._kept_ones, self._ones_count = self._value.new_ones(count), count
        return self._kept_ones

    def _allocate_grad(self) -> None:
        if self._block is not None:
            self._block._allocate_grad()  # noqa: SLF001 - of its own class
            return
        with torch.inference_mode(mode=False):  # or it could not be written to outside of it
            self._grad = torch.zeros_like(self._value)

    def __iter__(self) -> Iterator[Tensor]:
        """Yield the value and the gradient."""
        yield self.value
        yield self.grad

    def __repr__(self) -> str:
        """Return the parameter's shape and type."""
        return f"Parameter({tuple(self.value.shape)}, {self.value.dtype})"


class Buffer:
    """A tensor that belongs to a layer's state and is saved with it, but is not learned (a running mean, say)."""

    __slots__ = ("value",)

    def __init__(self, value: Tensor) -> None:
        self.value = value


def _is_alike(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.device == other.device
