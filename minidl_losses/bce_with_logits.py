"""The binary cross-entropy of logits."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from minidl_core import DataError, Loss, scalar
from minidl_losses._output_weights import OutputWeights
from minidl_losses._reduction import require_reduction, require_same_shape, scale
from minidl_losses._target_range import ROUNDING, target_range


class BCEWithLogits(Loss):
    """Binary cross-entropy: how unlikely each target, 0 or 1, is by the sigmoid σ of its output.

    Forward:   ℓ = 1/n Σ ((1 - y*) y + w log(1 + e⁻ʸ)),   w = 1 - y* + pos_weight y*
               that is -1/n Σ (pos_weight y* log σ(y) + (1 - y*) log(1 - σ(y))), without overflow
    Backward:  ∂ℓ/∂y = 1/n (w σ(y) - pos_weight y*)

    n is the number of elements, samples times outputs, with reduction=mean, and 1 with reduction=sum.

    The default divides by all elements, that of mse by the samples. With k outputs, loss and gradients are 1/k of those
    divided by the samples, so that a learning rate k times as large takes the same SGD step.

    Shape: y, y*: (*, batch, outputs), ℓ: (*)

    Targets are probabilities, from 0 to 1; that they are is checked once before training, for it would take a good part
    of a step.

    Example: minidl run --loss bce_with_logits:pos_weight=1+2.5

    Args:
        reduction: mean or sum.
        pos_weight: how much more a target of 1 counts than one of 0, a number for each output, in their order, written
            1+2.5; None is 1 for each.

    Raises:
        SettingError: reduction is none of these, or a weight is negative or not finite.
        ShapeError: y and y* differ in shape.
        DataError: targets are beyond 0 to 1, before training; there are not as many weights as outputs.

    Source: as `torch.nn.BCEWithLogitsLoss`.
    """

    def __init__(self, reduction: Literal["mean", "sum"] = "mean", pos_weight: tuple[float, ...] | None = None) -> None:
        require_reduction("bce_with_logits", reduction)
        self.reduction = reduction
        self.pos_weight = None if pos_weight is None else OutputWeights("bce_with_logits", "pos_weight", pos_weight)

    def check_targets(self, targets: Tensor) -> None:
        """Refuse targets beyond 0 to 1, and weights for other outputs."""
        if self.pos_weight is not None:
            self.pos_weight.require_one_for_each(targets.size(-1))
        lowest, highest = target_range("bce_with_logits", targets)
        if lowest < -ROUNDING or highest > 1 + ROUNDING:
            raise DataError(
                f"bce_with_logits expects targets from 0 to 1, but these go from {lowest:.4g} to {highest:.4g}: take a "
                "loss for all numbers (--loss mse, say), or, if a table has them from 0 to 1, give it standardize=false"
            )

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        require_same_shape(prediction, target)
        self.scale = scale(self.reduction, prediction)
        self.prediction, self.positive = prediction, target
        negative = scalar(1.0, prediction) - target
        loss = torch.logaddexp(-prediction, scalar(0.0, prediction))
        if self.pos_weight is not None:
            self.positive = self.pos_weight.like(prediction) * target
            self.w = negative + self.positive
            loss *= self.w
        return torch.addcmul(loss, negative, prediction).sum((-2, -1)) * self.scale

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        gradient = self.prediction.sigmoid()
        if self.pos_weight is not None:
            gradient *= self.w
        return (gradient - self.positive) * self.scale
