"""The mean absolute error."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from minidl_core import Loss
from minidl_losses._reduction import divisor, require_reduction, require_same_shape


class MAE(Loss):
    """Mean absolute error: the absolute difference between prediction and target, averaged over all elements.

    Forward:   ℓ = 1/n Σ |y - y*|
    Backward:  ∂ℓ/∂y = 1/n sign(y - y*)   (0 where y = y*)

    n is the number of elements, samples times outputs, with reduction=mean, and 1 with reduction=sum.

    The default divides by all elements; that of mse divides by the samples. With k outputs, loss and gradients are 1/k
    of those divided by the samples, which needs a learning rate k times as large for the same SGD step.

    Shape: y, y*: (batch, *outputs), ℓ: ()

    Example: minidl run --data table:rents.csv:target=rent --loss mae

    Args:
        reduction: how the absolute differences become one number: mean or sum.

    Raises:
        SettingError: reduction is not one of these.
        ShapeError: y and y* differ in shape.

    Source: as `torch.nn.L1Loss`.
    """

    def __init__(self, reduction: Literal["mean", "sum"] = "mean") -> None:
        require_reduction("mae", reduction)
        self.reduction = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        self.n = divisor(self.reduction, prediction)
        self.difference = prediction - target
        return self.difference.abs().sum() / self.n

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.difference.sign() / self.n
