"""What is learned: a tensor, its gradient, and the one block of memory in which a model's tensors lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor


class Parameter:
    """A tensor to be learned with the gradient of the loss with respect to it; unpacks as `(value, grad)`.

    Args:
        value: the initial value; `grad` starts as zeros of its shape, type and device.
    """

    __slots__ = ("_transposed", "_value", "grad")

    def __init__(self, value: Tensor) -> None:
        self.value = value
        self.grad = torch.zeros_like(value)

    @property
    def value(self) -> Tensor:
        """The tensor to be learned."""
        return self._value

    @value.setter
    def value(self, value: Tensor) -> None:
        self._value = value
        self._transposed: Tensor | None = None

    @property
    def transposed(self) -> Tensor:
        """The value with its last two dimensions swapped: a view, kept because making one costs as much as a sum."""
        if self._transposed is None:
            self._transposed = self._value.mT
        return self._transposed

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


def consolidate(parameters: Sequence[Parameter], device: torch.device | str | None = None) -> Parameter:
    """Move parameters into one block of memory and return it: all values in one vector, all gradients in another.

    Afterwards each parameter's value and gradient are views of the block, in order. Parameters that lie so already,
    on the wanted device, stay where they are. On the same device the tensors themselves are re-seated, so that a layer
    that kept hold of one still sees the learned values.

    Raises:
        ValueError: the parameters differ in type or device.
    """
    block = Parameter(_gather([parameter.value for parameter in parameters], device))
    block.grad = _gather([parameter.grad for parameter in parameters], device)
    offset = 0
    for parameter in parameters:
        shape, size = parameter.value.shape, parameter.value.numel()
        parameter.value = _seat(parameter.value, block.value[offset : offset + size].view(shape))
        parameter.grad = _seat(parameter.grad, block.grad[offset : offset + size].view(shape))
        offset += size
    return block


def _gather(tensors: Sequence[Tensor], device: torch.device | str | None) -> Tensor:
    """Return one vector of all tensors' elements: the memory they share if they lie side by side in it, or a copy."""
    if len({(tensor.dtype, tensor.device) for tensor in tensors}) > 1:
        raise ValueError(f"parameters differ in type or device: {[(t.dtype, str(t.device)) for t in tensors]}")
    if not tensors:
        return torch.empty(0, device=device)
    first = tensors[0]
    end = first.storage_offset()
    adjacent = True
    for tensor in tensors:
        same_memory = tensor.untyped_storage().data_ptr() == first.untyped_storage().data_ptr()
        adjacent = adjacent and same_memory and tensor.is_contiguous() and tensor.storage_offset() == end
        end += tensor.numel()
    if adjacent and (device is None or first.device == torch.device(device)):
        return first.as_strided((end - first.storage_offset(),), (1,))
    return torch.cat([tensor.reshape(-1) for tensor in tensors]).to(device)


def _seat(tensor: Tensor, place: Tensor) -> Tensor:
    """Let a tensor lie in a place of the block: itself where it can, a new tensor where the device changes."""
    if tensor.device != place.device:
        return place
    tensor.set_(place.untyped_storage(), place.storage_offset(), place.shape, place.stride())
    return tensor
