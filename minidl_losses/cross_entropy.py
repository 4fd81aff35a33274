"""The cross-entropy of classes."""

from __future__ import annotations

from typing import Literal, SupportsFloat, SupportsIndex

import torch
from torch import Tensor

from minidl_core import DataError, Loss, SettingError, scalar
from minidl_losses._class_indices import one_hot
from minidl_losses._output_weights import OutputWeights
from minidl_losses._reduction import require_reduction, require_same_shape
from minidl_losses._target_range import ROUNDING, target_range

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

    The default divides by the samples, as that of mse does; those of mae, huber and bce_with_logits divide by all
    elements, which with k outputs are k times as many.

    Shape: y: (*, batch, classes), y*: the same, probabilities or one-hot; or (*, batch), whole numbers: class indices.
    ℓ: (*)

    Class indices, and so ignore_index, are for calls from Python: the targets that `Data` trains on are one-hot. That
    there are two classes at least, and no negative probabilities, is checked once before training.

    Example: minidl run --loss cross_entropy:label_smoothing=0.1:weight=1+2.5

    Args:
        reduction: mean or sum.
        label_smoothing: the share of each target that is spread over all classes, from 0 to 1.
        ignore_index: the class index of samples that do not count; of no use with probabilities.
        weight: w, a number for each class, in the order of the outputs, written 1+2.5; None is 1 for each.

    Raises:
        SettingError: a setting is out of its range.
        ShapeError: y and y* do not fit.
        DataError: a class index is none of an output, there are not as many weights as classes, or targets are
            probabilities while a class is to be ignored; before training, there is one output, or a negative target.

    Source: as `torch.nn.CrossEntropyLoss`; Szegedy et al., Rethinking the Inception Architecture, 2016 (smoothing).
    """

    def __init__(
        self,
        reduction: Literal["mean", "sum"] = "mean",
        label_smoothing: float = 0.0,
        ignore_index: int = -100,
        weight: tuple[float, ...] | None = None,
    ) -> None:
        require_reduction("cross_entropy", reduction)
        if not (isinstance(label_smoothing, SupportsFloat) and 0 <= label_smoothing <= 1):
            raise SettingError("cross_entropy", "label_smoothing", label_smoothing, "a number from 0 to 1")
        if not isinstance(ignore_index, SupportsIndex):
            raise SettingError("cross_entropy", "ignore_index", ignore_index, "a whole number")
        self.reduction = reduction
        self.label_smoothing = label_smoothing
        self.ignore_index = ignore_index
        self.weight = None if weight is None else OutputWeights("cross_entropy", "weight", weight)

    def check_targets(self, targets: Tensor) -> None:
        """Refuse targets that are no probabilities of classes, and settings for others."""
        self._require_no_ignored_class()
        lowest, highest = target_range("cross_entropy", targets)
        if targets.size(-1) < 2 or lowest < -ROUNDING:  # noqa: PLR2004 - to be one or the other
            raise DataError(
                "cross_entropy expects targets (samples, classes) of at least 2 classes, one-hot or probabilities, but "
                f"these are of shape {tuple(targets.shape)}, from {lowest:.4g} to {highest:.4g}: take a loss for all "
                "numbers (--loss mse, say), or, if a table's target is a class, give it task=classification"
            )
        if self.weight is not None:
            self.weight.require_one_for_each(targets.size(-1))

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
        self._require_no_ignored_class()
        n = target.size(-2) if self.reduction == "mean" else 1
        self.share = self._weighted(self._smoothed(target)) * scalar(-1 / n, target)
        return (self.share * self.log_p).sum((-2, -1))

    def _of_classes(self, target: Tensor) -> Tensor:
        """Return ℓ, and keep -q/n."""
        chosen = one_hot(target, self.log_p, self.ignore_index)
        counted = self._smoothed(chosen) * chosen.sum(-1, keepdim=True)
        n = self._weighted(chosen).sum((-2, -1)) if self.reduction == "mean" else chosen.new_ones(chosen.shape[:-2])
        # What does not count is no part of the sums, whatever log p is there, or if nothing counts and n = 0.
        uncounted = counted == 0
        q = self._weighted(counted)
        self.share = (q / -n[..., None, None]).masked_fill(uncounted, 0)
        return (q * self.log_p).masked_fill(uncounted, 0).sum((-2, -1)) / -n

    def _require_no_ignored_class(self) -> None:
        if self.ignore_index >= 0:
            raise DataError(
                "cross_entropy cannot ignore a class of targets that are one-hot or probabilities: drop ignore_index"
            )

    def _smoothed(self, target: Tensor) -> Tensor:
        """Return q without weights."""
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.size(-1)
        return target

    def _weighted(self, smoothed: Tensor) -> Tensor:
        """Return q of what is smoothed."""
        return smoothed if self.weight is None else smoothed * self.weight.like(smoothed)


def _log_softmax(y: Tensor) -> Tensor:
    """Return log_softmax over the classes; of many samples side by side, which takes a tenth of the time for few."""
    few = y.size(-1) < FEW_CLASSES and y.size(-2) >= MANY_SAMPLES
    return torch.log_softmax(y.mT, -2).mT if few or y.stride(-1) > 1 else torch.log_softmax(y, -1)
