"""The root mean squared error, for regression."""

from __future__ import annotations

from torch import Tensor

from minidl_core import Metric


class RMSE(Metric):
    """Root mean squared error, in the target's units.

    RMSE = √(1/N Σᵢ (yᵢ - yᵢ*)²), over all samples and outputs

    Shape: y, y*: (samples, outputs)

    Example: minidl run --data table:rents.csv:target=rent --metrics rmse,r2
    """

    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the root mean squared error."""
        return (prediction - target).square().mean().sqrt()
