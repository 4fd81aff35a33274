"""The logistic sigmoid."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module


class Sigmoid(Module):
    """Logistic sigmoid of each element: maps it into the interval from 0 to 1.

    Forward:   y = 1 / (1 + e⁻ˣ)
    Backward:  ∂ℓ/∂x = (1 - y) ⊙ y ⊙ ∂ℓ/∂y

    Shape: x, y: (*, features)

    Source: Rumelhart, Hinton and Williams, Learning Representations by Back-Propagating Errors, 1986.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return 1 / (1 + e⁻ˣ)."""
        self.y = torch.sigmoid(x)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return (1 - self.y) * self.y * grad_output
