"""Checks of the values that methods of parts return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from minidl_core.errors import PluginError
from minidl_core.interfaces.parameter import Parameter
from minidl_core.shapes import Shape

NameOf = Callable[[], str]
"""Returns the name of a part in messages; called only if there is a message."""


@dataclass(frozen=True)
class ExpectedTensor:
    """The tensor that a method has to return.

    Args:
        like: a tensor of the expected type.
        shape: the expected shape; None if any shape is allowed.
        because: the reason for the shape, for messages.
    """

    like: Tensor
    shape: Sequence[int] | None
    because: str

    def check(self, returned: object, method: str, name_of: NameOf) -> None:
        """Check the value that a method of a part returned.

        Raises:
            PluginError: it is not a tensor, or has another shape or type.
        """
        like, shape = self.like, self.shape
        if not isinstance(returned, Tensor) or (shape is not None and returned.shape != tuple(shape)):
            expected = "a tensor" if shape is None else f"a tensor of shape {tuple(shape)}, {self.because}"
            raise wrong_return_error(name_of(), method, expected, returned)
        if like.is_floating_point() and returned.dtype != like.dtype:
            raise PluginError(
                f"{name_of()}: {method} should return a tensor of {like.dtype}, the type of its input, but returned "
                f"one of {returned.dtype}"
            )


def wrong_return_error(part: str, method: str, expected: str, returned: object) -> PluginError:
    """Return the error for a method of a part that returned something else than expected."""
    description = "None" if returned is None else f"an object of the type {type(returned).__name__}"
    if isinstance(returned, Tensor):
        description = f"a tensor of shape {tuple(returned.shape)}"
    return PluginError(f"{part}: {method} should return {expected}, but returned {description}")


def batch_shape(x: Tensor, sample: Shape) -> Shape | None:
    """Return the dimensions before those of a sample; None if the samples have another shape."""
    front = x.dim() - len(sample)
    return tuple(x.shape[:front]) if front >= 0 and tuple(x.shape[front:]) == tuple(sample) else None


def check_parameter_gradient(name: str, parameter: Parameter, name_of: NameOf, unset: float) -> None:
    """Check the gradient that a layer set for one of its parameters.

    Args:
        name: the name of the parameter.
        parameter: the parameter.
        name_of: returns the name of the layer in messages.
        unset: the value that all elements of the gradient had before.

    Raises:
        PluginError: it was not replaced, or its shape or type differs from that of the parameter's value.
    """
    value, given = parameter.value, parameter.given_grad
    if not isinstance(given, Tensor) or (given.numel() and bool((given == unset).all())):
        raise PluginError(
            f"{name_of()}: backward should replace the gradient of the parameter {name}, but did not: write "
            f"self.{name}.grad = …"
        )
    for expected, found in ((tuple(value.shape), tuple(given.shape)), (value.dtype, given.dtype)):
        if expected != found:
            raise PluginError(
                f"{name_of()}: backward should set a gradient of {expected} for the parameter {name}, like its value, "
                f"but set one of {found}"
            )


class GivenGradient:
    """The gradient of a parameter right after a backward pass set it.

    Args:
        name: the name of the parameter.
        parameter: the parameter.
        name_of: returns the name of the layer in messages.
    """

    def __init__(self, name: str, parameter: Parameter, name_of: NameOf) -> None:
        self.name = name
        self.name_of = name_of
        self.given = parameter.given_grad
        self.sums = _sums(self.given)

    def check_unchanged(self) -> None:
        """Check that the tensor still has the same numbers.

        Raises:
            PluginError: it was changed.
        """
        if _sums(self.given) != self.sums:
            raise PluginError(
                f"{self.name_of()}: the gradient of the parameter {self.name} was changed after backward had set it: "
                f"it is kept, not copied, so set a tensor that nothing else writes to, such as a clone"
            )


def _sums(gradient: Tensor | None) -> tuple[float, float]:
    """Return the sum and the norm of a gradient: changed elements change them, and a copy would need more memory."""
    if not isinstance(gradient, Tensor) or not gradient.is_floating_point():
        return 0, 0
    return tuple(torch.stack((gradient.sum(), torch.linalg.vector_norm(gradient))).nan_to_num().tolist())
