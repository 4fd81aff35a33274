"""The cross-entropy of classes."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import DataError, Loss, SettingError, scalar
from minidl_losses.classes import one_hot
from minidl_losses.output_weights import OutputWeights
from minidl_losses.reduction import Reduction, require_reduction, require_same_shape

FEW_CLASSES = 16
"""Classes from which on those of one sample fill a processor's registers."""

MANY_SAMPLES = 64
"""Samples from which on it pays to take them side by side."""


class CrossEntropy(Loss):
    """Cross-entropy: how unlikely the true classes are by the softmax of the outputs.

    Forward:   ℓ = -1/n Σᵢ Σⱼ qᵢⱼ log pᵢⱼ,   log p = log_softmax(y)
    Backward:  ∂ℓ/∂yᵢⱼ = 1/n (pᵢⱼ Σₖ qᵢₖ - qᵢⱼ)

    q is the target, smoothed and weighted: qᵢⱼ = wⱼ ((1 - label_smoothing) y*ᵢⱼ + label_smoothing / classes). With
    reduction=mean, n is the number of samples, or, where targets are class indices, the sum of the weights of the
    samples' classes; it is 1 with reduction=sum.

    Shape: y: (*, batch, classes), y*: the same, probabilities or one-hot; or (*, batch), whole numbers: class indices.
    ℓ: (*)

    Args:
        reduction: mean or sum.
        label_smoothing: the share of each target that is spread over all classes, from 0 to 1.
        ignore_index: the class index of samples that do not count; of no use with probabilities.
        weight: w, a number for each class, written 1+2.5; None is 1 for each.

    Raises:
        SettingError: a setting is out of its range.
        ShapeError: y and y* do not fit, or there are not as many weights as classes.
        DataError: a class index is none of an output, or targets are probabilities while a class is to be ignored.

    Source: as `torch.nn.CrossEntropyLoss`; Szegedy et al., Rethinking the Inception Architecture, 2016 (smoothing).
    """

    def __init__(
        self,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
        ignore_index: int = -100,
        weight: tuple[float, ...] | None = None,
    ) -> None:
        require_reduction("cross_entropy", reduction)
        if not 0 <= label_smoothing <= 1:
            raise SettingError("cross_entropy", "label_smoothing", label_smoothing, "from 0 to 1")
        self.reduction = reduction
        self.label_smoothing = label_smoothing
        self.ignore_index = ignore_index
        self.weight = None if weight is None else OutputWeights("cross_entropy", "weight", weight)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        self.log_p = _log_softmax(prediction)
        return self._of_probabilities(target) if target.is_floating_point() else self._of_classes(target)

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return torch.addcmul(self.share, self.log_p.exp(), self.share.sum(-1, keepdim=True), value=-1)

    def _of_probabilities(self, target: Tensor) -> Tensor:
        """Return ℓ, and keep -q/n."""
        require_same_shape(self.log_p, target)
        if self.ignore_index >= 0:
            raise DataError("cross_entropy cannot ignore a class of targets that are probabilities: drop ignore_index")
        n = target.size(-2) if self.reduction == "mean" else 1
        self.share = self._smoothed_and_weighted(target) * scalar(-1 / n, target)
        return (self.share * self.log_p).sum((-2, -1))

    def _of_classes(self, target: Tensor) -> Tensor:
        """Return ℓ, and keep -q/n."""
        chosen = one_hot(target, self.log_p, self.ignore_index)
        q = self._smoothed_and_weighted(chosen) * chosen.sum(-1, keepdim=True)
        weighted = chosen if self.weight is None else chosen * self.weight.like(chosen)
        n = weighted.sum((-2, -1)) if self.reduction == "mean" else q.new_ones(q.shape[:-2])
        # What does not count is no part of the sums, even if log p = -∞ there, or nothing counts and n = 0.
        uncounted = q == 0
        self.share = (q / -n[..., None, None]).masked_fill(uncounted, 0)
        return (q * self.log_p).masked_fill(uncounted & self.log_p.isneginf(), 0).sum((-2, -1)) / -n

    def _smoothed_and_weighted(self, target: Tensor) -> Tensor:
        """Return q."""
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.size(-1)
        return target if self.weight is None else target * self.weight.like(target)


def _log_softmax(y: Tensor) -> Tensor:
    """Return log_softmax over the classes; of many samples side by side, which takes a tenth of the time for few."""
    few = y.size(-1) < FEW_CLASSES and y.size(-2) >= MANY_SAMPLES
    return torch.log_softmax(y.mT, -2).mT if few or y.stride(-1) > 1 else torch.log_softmax(y, -1)
