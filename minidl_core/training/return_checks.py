"""What a method of a part returned, compared with what the parts around it rely on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from minidl_core.errors import PluginError
from minidl_core.interfaces.parameter import Parameter
from minidl_core.shapes import Shape

NameOf = Callable[[], str]
"""Gives what messages call a part, which is looked up only where there is one."""


@dataclass(frozen=True)
class ExpectedTensor:
    """A tensor that a method has to return.

    Args:
        like: a tensor of its type.
        shape: its shape; None where any will do.
        because: why it is that shape.
    """

    like: Tensor
    shape: Sequence[int] | None
    because: str

    def check(self, returned: object, method: str, who: NameOf) -> None:
        """Check what a method of a part returned.

        Raises:
            PluginError: it is no tensor, or one of another shape or type.
        """
        like, shape = self.like, self.shape
        if not isinstance(returned, Tensor) or (shape is not None and returned.shape != tuple(shape)):
            expected = "a tensor" if shape is None else f"a tensor of shape {tuple(shape)}, {self.because}"
            raise wrong_return_error(who(), method, expected, returned)
        if like.is_floating_point() and returned.dtype != like.dtype:
            raise PluginError(
                f"{who()}: {method} should return a tensor of {like.dtype}, as it was given, but returned one of "
                f"{returned.dtype}"
            )


def wrong_return_error(who: str, method: str, expected: str, returned: object) -> PluginError:
    """Return the error that says what a method of a part should have returned."""
    came = "None" if returned is None else f"an object of the type {type(returned).__name__}"
    if isinstance(returned, Tensor):
        came = f"a tensor of shape {tuple(returned.shape)}"
    return PluginError(f"{who}: {method} should return {expected}, but returned {came}")


def batch_shape(x: Tensor, sample: Shape) -> Shape | None:
    """Return the dimensions in front of samples of a shape; None where the samples are of another shape."""
    front = x.dim() - len(sample)
    return tuple(x.shape[:front]) if front >= 0 and tuple(x.shape[front:]) == tuple(sample) else None


def check_gradient(name: str, parameter: Parameter, who: NameOf, *, is_set: bool) -> None:
    """Check the gradient that a layer gave one of its parameters.

    Raises:
        PluginError: it was not replaced, or its shape or type is not that of the parameter's value.
    """
    value, given = parameter.value, parameter.given_grad
    if given is None or not is_set:
        raise PluginError(
            f"{who()}: backward should replace the gradient of the parameter {name}, but left it as it was: write "
            f"self.{name}.grad = …"
        )
    for expected, came in zip((tuple(value.shape), value.dtype), (tuple(given[0]), given[1]), strict=True):
        if expected != came:
            raise PluginError(
                f"{who()}: backward should give the parameter {name} a gradient of {expected}, as its value is, but "
                f"gave one of {came}"
            )
