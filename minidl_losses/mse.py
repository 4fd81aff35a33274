"""The mean squared error."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from minidl_core import Loss, scalar
from minidl_losses._reduction import divisor, require_reduction, require_same_shape


class MSE(Loss):
    """Mean squared error: the mean over the samples of the squared distance to the target.

    Forward:   ℓ = 1/N Σᵢ ‖yᵢ - yᵢ*‖²
    Backward:  ∂ℓ/∂yᵢ = 2/N (yᵢ - yᵢ*)

    N is the number of samples with reduction=samples, of all elements (samples times outputs) with reduction=mean,
    which is PyTorch's, and 1 with reduction=sum.

    The default divides by the samples, those of mae, huber and bce_with_logits by all elements. With k outputs, loss
    and gradients are k times those of reduction=mean: there, a learning rate k times as large takes the same SGD step.

    Shape: y, y*: (*, batch, outputs), ℓ: (*)

    Args:
        reduction: what the squared differences are divided by: samples, mean or sum.

    Raises:
        SettingError: reduction is none of these.
        ShapeError: y and y* differ in shape.

    Source: the mean over samples is that of the EPFL course EE-559's mini-framework project.
    """

    def __init__(self, reduction: Literal["samples", "mean", "sum"] = "samples") -> None:
        require_reduction("mse", reduction, ("samples", "mean", "sum"))
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        self.difference = prediction - target
        self.n = divisor(self.reduction, prediction)
        return (self.difference * self.difference).sum((-2, -1)) * scalar(1 / self.n, prediction)

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.difference * scalar(2 / self.n, self.difference)
