"""How the losses of elements become one number."""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor

from minidl_core import SettingError, ShapeError, scalar

Reduction = Literal["mean", "sum"]


def require_reduction(loss: str, reduction: str) -> None:
    """Check a loss's setting `reduction`.

    Raises:
        SettingError: it is none.
    """
    if reduction not in get_args(Reduction):
        raise SettingError(loss, "reduction", reduction, " or ".join(get_args(Reduction)))


def require_same_shape(prediction: Tensor, target: Tensor) -> None:
    """Check that there is a target for each output.

    Raises:
        ShapeError: predictions and targets differ in shape.
    """
    if prediction.shape != target.shape:
        raise ShapeError(f"predictions of the targets' shape, {tuple(target.shape)}, not {tuple(prediction.shape)}")


def scale(reduction: Reduction, prediction: Tensor) -> Tensor:
    """Return the 1/n by which to multiply a sum over `(*, batch, outputs)`: n is their number for a mean, else 1."""
    return scalar(1 / (prediction.size(-2) * prediction.size(-1)) if reduction == "mean" else 1, prediction)
