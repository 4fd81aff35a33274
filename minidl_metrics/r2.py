"""The coefficient of determination, for regression."""

from __future__ import annotations

from torch import Tensor

from minidl_core import Metric


class R2(Metric):
    """Coefficient of determination R²: 1 for perfect predictions, 0 for always predicting the mean of the targets.

    R² = 1 - Σᵢ (yᵢ - yᵢ*)² / Σᵢ (yᵢ* - ȳ*)², averaged over the outputs

    R² is NaN if all targets are equal.

    Shape: y, y*: (samples, outputs)

    Example: minidl run --data table:rents.csv:target=rent --metrics r2
    """

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the coefficient of determination."""
        residual = (prediction - target).square().sum(0)
        total = (target - target.mean(0)).square().sum(0)
        return (1 - residual / total.where(total > 0, float("nan"))).mean()
