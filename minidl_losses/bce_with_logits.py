"""The binary cross-entropy of logits."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from minidl_core import DataError, Loss
from minidl_losses._output_weights import OutputWeights
from minidl_losses._reduction import divisor, require_reduction, require_same_shape
from minidl_losses._target_range import ROUNDING, target_range


class BCEWithLogits(Loss):
    """Binary cross-entropy of the outputs' sigmoid σ(y), for targets from 0 to 1.

    Forward:   ℓ = 1/n Σ ((1 - y*) y + w log(1 + e⁻ʸ)),   w = 1 - y* + pos_weight y*
               which equals -1/n Σ (pos_weight y* log σ(y) + (1 - y*) log(1 - σ(y))) but does not overflow
    Backward:  ∂ℓ/∂y = 1/n (w σ(y) - pos_weight y*)

    n is the number of elements, samples times outputs, with reduction=mean, and 1 with reduction=sum.

    The default divides by all elements; that of mse divides by the samples. With k outputs, loss and gradients are 1/k
    of those divided by the samples, which needs a learning rate k times as large for the same SGD step.

    Shape: y, y*: (batch, *outputs), ℓ: ()

    Targets are checked to be from 0 to 1 once before training, because the check would slow each step down.

    Example: minidl run --loss bce_with_logits:pos_weight=1+2.5

    Args:
        reduction: how the losses of the elements become one number: mean or sum.
        pos_weight: the weight of targets of 1 relative to targets of 0, one number per output, written 1+2.5; None
            is 1 for each.

    Raises:
        SettingError: reduction is neither mean nor sum, or a weight is negative or not finite.
        ShapeError: y and y* differ in shape.
        DataError: the number of weights is not the number of outputs; before training, a target is not from 0 to 1.

    Source: as `torch.nn.BCEWithLogitsLoss`.
    """

    def __init__(self, reduction: Literal["mean", "sum"] = "mean", pos_weight: tuple[float, ...] | None = None) -> None:
        require_reduction("bce_with_logits", reduction)
        self.reduction = reduction
        self.pos_weight = None if pos_weight is None else OutputWeights("bce_with_logits", "pos_weight", pos_weight)

    def check_targets(self, targets: Tensor) -> None:
        """Refuse targets that are not from 0 to 1, and a wrong number of weights."""
        if self.pos_weight is not None:
            self.pos_weight.like(targets)
        lowest, highest = target_range("bce_with_logits", targets)
        if lowest < -ROUNDING or highest > 1 + ROUNDING:
            raise DataError(
                f"bce_with_logits expects targets from 0 to 1, but these range from {lowest:.4g} to {highest:.4g}: use "
                "a loss for any numbers (--loss mse), or, if a table's target is from 0 to 1, add standardize=false"
            )

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        self.n = divisor(self.reduction, prediction)
        self.prediction = prediction
        self.positive = target if self.pos_weight is None else self.pos_weight.like(prediction) * target
        self.w = 1 - target + self.positive
        log = prediction.neg().clamp_min(0) + torch.log1p(torch.exp(-prediction.abs()))  # log(1 + e⁻ʸ)
        return ((1 - target) * prediction + self.w * log).sum() / self.n

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return (self.w * torch.sigmoid(self.prediction) - self.positive) / self.n
