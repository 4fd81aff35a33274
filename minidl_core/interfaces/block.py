"""A block of memory that holds all parameters of a model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.parameter import Parameter


class Block(Parameter):
    """Parameters in contiguous memory: all values are views of one vector, and all gradients of another, in order.

    Args:
        parameters: the parameters to move into the block. On the same device, their tensor objects are kept, so that
            other references to them see the learned values.
        device: the device of the block; None keeps that of the parameters.

    Raises:
        ValueError: the parameters differ in type or device.
    """

    __slots__ = ("_may_have_deferred", "parameters")

    def __init__(self, parameters: Sequence[Parameter], device: torch.device | str | None = None) -> None:
        values = [parameter.value for parameter in parameters]
        if len({(value.dtype, value.device) for value in values}) > 1:
            raise ValueError(f"parameters differ in type or device: {[(v.dtype, str(v.device)) for v in values]}")
        like = values[0] if values else torch.empty(0)
        super().__init__(like.new_empty(sum(value.numel() for value in values), device=device))
        self.parameters = list(parameters)
        self._may_have_deferred = True
        self._block = self
        for parameter, view in self._views(self.value):
            parameter._bind(rebind_storage(parameter.value, view.copy_(parameter.value)))  # noqa: SLF001 - the block is part of it
            parameter._block = self  # noqa: SLF001 - the block is part of it
        if any(parameter._grad is not None for parameter in parameters):  # noqa: SLF001
            self._allocate_grad()

    def holds(self, parameters: Sequence[Parameter]) -> bool:
        """Whether the block consists of exactly these parameters, and none was moved to another block."""
        return self.parameters == list(parameters) and all(one._block is self for one in parameters)  # noqa: SLF001

    def defer(self, *, wanted: bool) -> None:
        """Set whether all parameters compute gradients only when they are read (see `Parameter.defers`)."""
        self._may_have_deferred = self._may_have_deferred or wanted
        for parameter in (self, *self.parameters):
            parameter.defers = wanted

    def add_grad(self, scale: float, decay: float = 1.0) -> None:
        """Replace all values by `decay · value + scale · grad`.

        Args:
            scale: the factor of the gradient, such as the negative learning rate.
            decay: the factor of the value. Default: 1.
        """
        if self.defers:
            for parameter in self.parameters:
                parameter.add_grad(scale, decay)
        else:
            if decay != 1:
                self._value.mul_(decay)
            self._value.add_(self.grad, alpha=scale)

    def _compute_grad(self) -> None:
        """Compute the deferred gradients, if there may be any."""
        if self._may_have_deferred:
            for parameter in self.parameters:
                parameter._compute_grad()  # noqa: SLF001 - the block is part of it
            self._may_have_deferred = self.defers

    def _allocate_grad(self) -> None:
        with torch.inference_mode(mode=False):
            self._grad = torch.zeros_like(self.value)
        for parameter, view in self._views(self._grad):
            if parameter._grad is None:  # noqa: SLF001 - the block is part of it
                parameter._grad = view  # noqa: SLF001
            else:
                parameter._grad = rebind_storage(parameter._grad, view.copy_(parameter._grad))  # noqa: SLF001

    def _views(self, vector: Tensor) -> Iterator[tuple[Parameter, Tensor]]:
        """Yield each parameter with its view of a vector of all elements."""
        offset = 0
        for parameter in self.parameters:
            size = parameter.value.numel()
            yield parameter, vector[offset : offset + size].view(parameter.value.shape)
            offset += size


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


def rebind_storage(tensor: Tensor, view: Tensor) -> Tensor:
    """Make a tensor a view of the memory of another; on another device, return that other instead."""
    if tensor.device != view.device:
        return view
    tensor.set_(view.untyped_storage(), view.storage_offset(), view.shape, view.stride())
    return tensor
