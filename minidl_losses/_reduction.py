"""The setting `reduction`: how the losses of the elements become one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torch import Tensor

from minidl_core import SettingError, ShapeError

Reduction = Literal["samples", "mean", "sum"]


def require_reduction(loss: str, reduction: str, known: Sequence[str] = ("mean", "sum")) -> None:
    """Check that a loss supports the value of its setting `reduction`.

    Raises:
        SettingError: it does not.
    """
    if reduction not in known:
        *others, last = known
        raise SettingError(loss, "reduction", reduction, f"{', '.join(others)} or {last}")


def require_same_shape(prediction: Tensor, target: Tensor) -> None:
    """Check that predictions and targets have the same shape.

    Raises:
        ShapeError: they do not.
    """
    if prediction.shape != target.shape:
        raise ShapeError(f"predictions of the targets' shape, {tuple(target.shape)}, not {tuple(prediction.shape)}")


def divisor(reduction: Reduction, prediction: Tensor) -> int:
    """Return n, the divisor of a sum over `(batch, *outputs)`: the number of samples, of all elements, or 1."""
    if reduction == "sum":
        return 1
    return len(prediction) if reduction == "samples" else prediction.numel()
