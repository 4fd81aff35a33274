"""Correct third-party metrics, which must pass all checks of the kit."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import DataError, Metric


class MedianError(Metric):
    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().median()


class AdjustedR2(Metric):
    """R², corrected for the number of samples."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        n = len(prediction)
        rest = (prediction - target).square().sum() / (target - target.mean(0)).square().sum()
        return 1 - rest * (n - 1) / (n - 4)


class LargestError(Metric):
    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().max()


class F1(Metric):
    """The mean over classes of the harmonic mean of precision and recall."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not bool(((target == 0) | (target == 1)).all()):
            raise DataError("f1 is only for classes")
        chosen = torch.nn.functional.one_hot(prediction.argmax(-1), prediction.size(-1))
        return (2 * (chosen * target).sum(0) / (chosen.sum(0) + target.sum(0)).clamp(min=1)).mean()
