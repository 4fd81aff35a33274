"""The loss that the kit trains with where none is under test."""

from __future__ import annotations

from torch import Tensor

from minidl_core.interfaces.loss import Loss


class ProbeLoss(Loss):
    """Half of the squared distance, as a mean over the samples.

    Forward:   ℓ = 1/2N Σ (y - y*)²
    Backward:  ∂ℓ/∂y = 1/N (y - y*)

    Shape: y, y*: (batch, *outputs), ℓ: ()
    """

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return ℓ."""
        self.error = prediction - target
        return self.error.square().sum() / (2 * len(prediction))

    def backward(self) -> Tensor:
        """Return ∂ℓ/∂y."""
        return self.error / len(self.error)
