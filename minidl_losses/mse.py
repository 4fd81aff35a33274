"""The mean squared error."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from minidl_core import Loss
from minidl_losses._reduction import divisor, require_reduction, require_same_shape


class MSE(Loss):
    """Mean squared error: the squared distance between prediction and target, averaged over the samples.

    Forward:   ℓ = 1/N Σᵢ ‖yᵢ - yᵢ*‖²
    Backward:  ∂ℓ/∂yᵢ = 2/N (yᵢ - yᵢ*)

    N is the number of samples with reduction=samples, the number of elements (samples times outputs) with
    reduction=mean, as in PyTorch, and 1 with reduction=sum.

    The default divides by the samples; the defaults of mae, huber and bce_with_logits divide by all elements. With k
    outputs, loss and gradients are k times those of reduction=mean, which needs a learning rate k times as large for
    the same SGD step.

    Shape: y, y*: (batch, *outputs), ℓ: ()

    Args:
        reduction: how the squared differences become one number: samples, mean or sum.

    Raises:
        SettingError: reduction is not one of these.
        ShapeError: y and y* differ in shape.

    Source: dividing by the samples follows the mini-framework project of EPFL's course EE-559.
    """

    def __init__(self, reduction: Literal["samples", "mean", "sum"] = "samples") -> None:
        require_reduction("mse", reduction, ("samples", "mean", "sum"))
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        difference = prediction - target
        self.share = difference / divisor(self.reduction, prediction)
        return (self.share * difference).sum()

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.share + self.share
