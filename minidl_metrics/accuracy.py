"""The accuracy of a classification."""

from __future__ import annotations

from torch import Tensor

from minidl_core import Metric


class Accuracy(Metric):
    """Share of the samples whose largest output is that of their class, from 0 to 1.

    accuracy = 1/N Σᵢ [argmax yᵢ = argmax yᵢ*]

    Shape: y, y*: (samples, classes), y* one-hot
    """

    supports_stacking = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the accuracy."""
        return (prediction.argmax(-1) == target.argmax(-1)).double().mean(-1)
