"""The cross-entropy loss for classification."""

from __future__ import annotations

from typing import Literal, SupportsFloat, SupportsIndex

import torch
from torch import Tensor

from minidl_core import DataError, Loss, SettingError
from minidl_losses._class_indices import one_hot
from minidl_losses._output_weights import OutputWeights
from minidl_losses._reduction import require_reduction, require_same_shape
from minidl_losses._target_range import ROUNDING, target_range


class CrossEntropy(Loss):
    """Cross-entropy of the outputs' softmax, for classification into two or more classes.

    Forward:   ℓ = -1/n Σᵢ Σⱼ qᵢⱼ log pᵢⱼ,   log p = log_softmax(y)
    Backward:  ∂ℓ/∂yᵢⱼ = 1/n (pᵢⱼ Σₖ qᵢₖ - qᵢⱼ)

    q is the smoothed and weighted target: qᵢⱼ = wⱼ ((1 - label_smoothing) y*ᵢⱼ + label_smoothing / classes). With
    reduction=mean, n is the number of samples or, for class indices, the sum of the weights of the samples' classes;
    with reduction=sum, n is 1.

    The default divides by the samples, like that of mse; the defaults of mae, huber and bce_with_logits divide by all
    elements, k times as many with k outputs.

    Shape: y: (*, classes), y*: (*, classes) of probabilities or one-hot rows, or (*) of class indices as integers;
    ℓ: ()

    Class indices and ignore_index are only for calls from Python: the targets of `Data` are one-hot. Before training,
    targets are checked once: at least two classes, no negative probability.

    Example: minidl run --loss cross_entropy:label_smoothing=0.1:weight=1+2.5

    Args:
        reduction: how the losses of the samples become one number: mean or sum.
        label_smoothing: the fraction of each target that is spread evenly over all classes, from 0 to 1.
        ignore_index: the class index of samples to leave out; only for targets that are class indices.
        weight: w, one number per class in the order of the outputs, written 1+2.5; None is 1 for each.

    Raises:
        SettingError: a setting is out of range.
        ShapeError: the shapes of y and y* do not match.
        DataError: a class index has no output, the number of weights is not the number of classes, or ignore_index is
            set for targets that are probabilities; before training, there is one output or a negative target.

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
        """Refuse targets that are not probabilities of classes, and settings that do not apply to them."""
        self._require_no_ignored_class()
        lowest, highest = target_range("cross_entropy", targets)
        if targets.size(-1) < 2 or lowest < -ROUNDING:  # noqa: PLR2004 - the fewest classes
            raise DataError(
                "cross_entropy expects targets (samples, classes) with at least 2 classes, one-hot or probabilities, "
                f"but these have shape {tuple(targets.shape)}, from {lowest:.4g} to {highest:.4g}: use a loss "
                "for any numbers (--loss mse), or, if a table's target is a class, add task=classification"
            )
        if self.weight is not None:
            self.weight.like(targets)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        self.log_p = torch.log_softmax(prediction, -1)
        return self._of_probabilities(target) if target.is_floating_point() else self._of_classes(target)

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.log_p.exp() * self.share.sum(-1, keepdim=True) - self.share

    def _of_probabilities(self, target: Tensor) -> Tensor:
        """Return ℓ and store q/n for backward."""
        require_same_shape(self.log_p, target)
        self._require_no_ignored_class()
        n = target[..., 0].numel() if self.reduction == "mean" else 1
        self.share = self._weighted(self._smoothed(target)) / n
        return -(self.share * self.log_p).sum()

    def _of_classes(self, target: Tensor) -> Tensor:
        """Return ℓ and store q/n for backward."""
        chosen = one_hot(target, self.log_p, self.ignore_index)
        counted = self._smoothed(chosen) * chosen.sum(-1, keepdim=True)
        n = self._weighted(chosen).sum() if self.reduction == "mean" else 1
        # Elements that do not count are masked out: log p may be infinite there, and n is 0 if all samples are ignored.
        uncounted = counted == 0
        q = self._weighted(counted)
        self.share = (q / n).masked_fill(uncounted, 0)
        return -(q * self.log_p).masked_fill(uncounted, 0).sum() / n

    def _require_no_ignored_class(self) -> None:
        if self.ignore_index >= 0:
            raise DataError(
                "cross_entropy cannot ignore a class when targets are one-hot or probabilities: drop ignore_index"
            )

    def _smoothed(self, target: Tensor) -> Tensor:
        """Return q before weighting."""
        if self.label_smoothing:
            target = target * (1 - self.label_smoothing) + self.label_smoothing / target.size(-1)
        return target

    def _weighted(self, smoothed: Tensor) -> Tensor:
        """Return q from the smoothed target."""
        return smoothed if self.weight is None else smoothed * self.weight.like(smoothed)
