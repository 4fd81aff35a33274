"""The one block of memory in which a model's parameters lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.parameter import Parameter


class Block(Parameter):
    """Parameters side by side: all values are views of one vector, and all gradients of another, in order.

    Args:
        parameters: what is moved into the block. Their tensors are re-seated where the device allows, so that whoever
            kept hold of one still sees the learned values.
        device: where the block is to lie; None leaves it where the parameters are.

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
        for parameter, place in self._views(self.value):
            parameter._bind(rebind_storage(parameter.value, place.copy_(parameter.value)))  # noqa: SLF001 - the block is part of it
            parameter._block = self  # noqa: SLF001 - the block is part of it
        if any(parameter._grad is not None for parameter in parameters):  # noqa: SLF001
            self._allocate_grad()

    def holds(self, parameters: Sequence[Parameter]) -> bool:
        """Tell whether the block is of these parameters, and none has left it for another."""
        return self.parameters == list(parameters) and all(one._block is self for one in parameters)  # noqa: SLF001

    def defer(self, *, wanted: bool) -> None:
        """Let all parameters compute the gradients that layers describe only when they are asked for, or at once."""
        self._may_have_deferred = self._may_have_deferred or wanted
        for parameter in (self, *self.parameters):
            parameter.defers = wanted

    def add_grad(self, scale: float, decay: float = 1.0) -> None:
        """Replace the values by `decay · value + scale · grad`: at once, or one by one where gradients are deferred."""
        if self.defers:
            for parameter in self.parameters:
                parameter.add_grad(scale, decay)
        else:
            if decay != 1:
                self._value.mul_(decay)
            self._value.add_(self.grad, alpha=scale)

    def _compute_grad(self) -> None:
        """Compute the gradients that were deferred, if any may have been since the last time."""
        if self._may_have_deferred:
            for parameter in self.parameters:
                parameter._compute_grad()  # noqa: SLF001 - the block is part of it
            self._may_have_deferred = self.defers

    def _allocate_grad(self) -> None:
        with torch.inference_mode(mode=False):
            self._grad = torch.zeros_like(self.value)
        for parameter, place in self._views(self._grad):
            if parameter._grad is None:  # noqa: SLF001 - the block is part of it
                parameter._grad = place  # noqa: SLF001
            else:
                parameter._grad = rebind_storage(parameter._grad, place.copy_(parameter._grad))  # noqa: SLF001

    def _views(self, vector: Tensor) -> Iterator[tuple[Parameter, Tensor]]:
        """Yield each parameter with its place in a vector of all."""
        offset = 0
        for parameter in self.parameters:
            size = parameter.value.numel()
            yield parameter, vector[offset : offset + size].view(parameter.value.shape)
            offset += size


def consolidate(parameters: Sequence[Parameter], device: torch.device | str | None = None) -> Block:
    """Return the block of memory in which parameters lie, moving them into one where they do not yet.

    Raises:
        ValueError: the parameters differ in type or device.
    """
    block = parameters[0]._block if parameters else None  # noqa: SLF001 - the block is part of it
    if block is None or not block.holds(parameters):
        return Block(parameters, device)
    stays = device is None or block.value.device == torch.device(device)
    return block if stays else Block(parameters, device)


def rebind_storage(tensor: Tensor, place: Tensor) -> Tensor:
    """Let a tensor lie in a place of the block: itself where it can, a new tensor where the device changes."""
    if tensor.device != place.device:
        return place
    tensor.set_(place.untyped_storage(), place.storage_offset(), place.shape, place.stride())
    return tensor
