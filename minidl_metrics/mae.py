"""The mean absolute error, for regression."""

from __future__ import annotations

from torch import Tensor

from minidl_core import Metric


class MAE(Metric):
    """Mean absolute error, in the target's units.

    MAE = 1/N Σᵢ |yᵢ - yᵢ*|, over all samples and outputs

    Shape: y, y*: (samples, outputs)

    Example: minidl run --data table:rents.csv:target=rent --metrics mae,rmse
    """

    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the mean absolute error."""
        return (prediction - target).abs().mean()
