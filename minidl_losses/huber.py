"""The Huber loss."""

from __future__ import annotations

from typing import Literal, SupportsFloat

from torch import Tensor

from minidl_core import Loss, SettingError
from minidl_losses._reduction import divisor, require_reduction, require_same_shape

LARGEST_DELTA = 1e30
"""Larger than any useful delta, and within the range of float32."""


class Huber(Loss):
    """Huber loss: quadratic for small errors and linear for large ones, which limits the influence of outliers.

    Forward:   ℓ = 1/n Σ c (d - c/2),   d = y - y*,   c = d clipped to ±delta
               that is ½d² where |d| ≤ delta, and delta (|d| - delta/2) elsewhere
    Backward:  ∂ℓ/∂y = 1/n c

    n is the number of elements, samples times outputs, with reduction=mean, and 1 with reduction=sum.

    The default divides by all elements; that of mse divides by the samples. With k outputs, loss and gradients are 1/k
    of those divided by the samples, which needs a learning rate k times as large for the same SGD step.

    Shape: y, y*: (batch, *outputs), ℓ: ()

    Example: minidl run --data table:rents.csv:target=rent --loss huber:delta=0.5

    Args:
        delta: the error at which the loss changes from quadratic to linear, above 0 and at most 1e30.
        reduction: how the losses of the elements become one number: mean or sum.

    Raises:
        SettingError: delta is out of range, or reduction is neither mean nor sum.
        ShapeError: y and y* differ in shape.

    Source: Huber, Robust Estimation of a Location Parameter, 1964, scaled as `torch.nn.HuberLoss`.
    """

    def __init__(self, delta: float = 1.0, reduction: Literal["mean", "sum"] = "mean") -> None:
        if not (isinstance(delta, SupportsFloat) and 0 < delta <= LARGEST_DELTA):
            raise SettingError("huber", "delta", delta, f"a number above 0, to {LARGEST_DELTA:g}")
        require_reduction("huber", reduction)
        self.delta = delta
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        self.n = divisor(self.reduction, prediction)
        difference = prediction - target
        self.clipped = difference.clamp(-self.delta, self.delta)
        return (self.clipped * (difference - self.clipped / 2)).sum() / self.n

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.clipped / self.n
