"""A block of memory that holds all parameters of a model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

import torch
from torch import Tensor

from minidl_core.errors import OrderError
from minidl_core.interfaces.parameter import Parameter

LARGE = 2**20
"""Bytes of values from which the memory of gradients counts."""


class Block(Parameter):
    """Parameters in contiguous memory: all values are views of one vector, in order.

    Their gradients are the tensors that layers set. Reading `grad` gathers them into one vector: from then on, the
    parameters' gradients are views of it, until layers set others.

    Args:
        parameters: the parameters to move into the block. On the same device, the tensor objects of their values are
            kept, so that other references to them see the learned values.
        device: the device of the block; None keeps that of the parameters.

    Raises:
        ValueError: the parameters differ in type or device.
    """

    __slots__ = ("_grad_views", "_missing", "_values", "parameters")

    def __init__(self, parameters: Sequence[Parameter], device: torch.device | str | None = None) -> None:
        values = [parameter.value for parameter in parameters]
        if len({(value.dtype, value.device) for value in values}) > 1:
            raise ValueError(f"parameters differ in type or device: {[(v.dtype, str(v.device)) for v in values]}")
        like = values[0] if values else torch.empty(0)
        super().__init__(like.new_empty(sum(value.numel() for value in values), device=device))
        self.parameters = list(parameters)
        self._block = self
        self._missing = ""
        self._grad_views: list[Tensor] = []
        views = self._views(self._value)
        self._values = [_moved(value, view) for value, view in zip(values, views, strict=True)]
        for parameter, value in zip(parameters, self._values, strict=True):
            grad = parameter._grad  # noqa: SLF001 - the block is part of it
            parameter._value, parameter._block = value, self  # noqa: SLF001 - the block is part of it
            parameter._grad = None if grad is None else grad.to(value.device)  # noqa: SLF001

    def holds(self, parameters: Sequence[Parameter]) -> bool:
        """Whether the block consists of exactly these parameters, and none was moved to another block."""
        return self.parameters == list(parameters) and all(one._block is self for one in parameters)  # noqa: SLF001

    @property
    def grad(self) -> Tensor:
        """All gradients in one vector, gathered from those that layers set; its memory is reused.

        Raises:
            OrderError: the steps of training were taken by an engine that keeps no gradients.
        """
        if self._grad is None:
            with torch.inference_mode(mode=False):
                self._grad = torch.zeros_like(self._value)
            self._grad_views = self._views(self._grad)
        places, grads = [], []
        for parameter, view in zip(self.parameters, self._grad_views, strict=True):
            if (grad := parameter._grad) is not view:  # noqa: SLF001 - the property would copy it
                places.append(view)
                grads.append(parameter.grad if grad is None else grad)
                parameter._grad = view  # noqa: SLF001
        if places:
            torch._foreach_copy_(places, grads)
        return self._grad

    @grad.setter
    def grad(self, grad: Tensor) -> None:
        self.grad.copy_(grad)

    def add_grad(self, scale: float, decay: float = 1.0) -> None:
        """Replace all values by `decay · value + scale · grad`, without gathering the gradients.

        Args:
            scale: the factor of the gradient, such as the negative learning rate.
            decay: the factor of the value. Default: 1.

        Raises:
            OrderError: the steps of training were taken by an engine that keeps no gradients.
        """
        if not self.parameters:
            return
        grads = [one.grad if one._grad is None else one._grad for one in self.parameters]  # noqa: SLF001 - the quicker
        if decay != 1:
            torch._foreach_mul_(self._values, decay)
        torch._foreach_add_(self._values, grads, alpha=scale)

    def release_grads(self) -> None:
        """Drop the gradients that layers set and nothing gathered, if they are large: they are zeros until set again.

        Before a backward pass, this saves the memory of a second set of gradients, and a fiftieth of a step's time.
        """
        if self._value.nbytes >= LARGE:
            for parameter, view in zip_longest(self.parameters, self._grad_views):
                if parameter._grad is not view:  # noqa: SLF001 - the block is part of it
                    parameter._grad = None  # noqa: SLF001

    def forget_grads(self, missing: str = "") -> None:
        """Drop all gradients and their memory.

        Args:
            missing: why there are none, for the `OrderError` that reading one raises before a backward pass sets it;
                without it, they are zeros until then.
        """
        self._missing = missing
        self._grad = None
        self._grad_views = []
        for parameter in self.parameters:
            parameter._grad = None  # noqa: SLF001 - the block is part of it

    def require_grads(self) -> None:
        """Check that gradients were not dropped.

        Raises:
            OrderError: they were.
        """
        if self._missing:
            raise OrderError(self._missing)

    def _views(self, vector: Tensor) -> list[Tensor]:
        """Return the view of each parameter of a vector of all elements."""
        shapes = [parameter.value.shape for parameter in self.parameters]
        parts = torch.split(vector, [shape.numel() for shape in shapes])
        return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def consolidate(parameters: Sequence[Parameter], device: torch.device | str | None = None) -> Block:
    """Return the block that holds the parameters; a new one if they do not lie in one, or move to another device.

    Raises:
        ValueError: the parameters differ in type or device.
    """
    block = parameters[0]._block if parameters else None  # noqa: SLF001 - the block is part of it
    if block is None or not block.holds(parameters):
        return Block(parameters, device)
    stays = device is None or block.value.device == torch.device(device)
    return block if stays else Block(parameters, device)


def _moved(value: Tensor, view: Tensor) -> Tensor:
    """Copy a value to its view of a block, and return the tensor there: the same object on the same device."""
    view.copy_(value)
    if value.device != view.device:
        return view
    value.set_(view.untyped_storage(), view.storage_offset(), view.shape, view.stride())
    return value
