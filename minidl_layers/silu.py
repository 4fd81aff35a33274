"""The sigmoid linear unit."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module


class SiLU(Module):
    """Sigmoid linear unit, also called swish: each element times its sigmoid.

    Forward:   y = x ⊙ s,   s = 1 / (1 + e⁻ˣ)
    Backward:  ∂ℓ/∂x = s ⊙ (1 + x ⊙ (1 - s)) ⊙ ∂ℓ/∂y

    Shape: x, y: (*, features)

    Source: Elfwing, Uchibe and Doya, Sigmoid-Weighted Linear Units for Neural Network Function Approximation, 2017.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return x ⊙ s."""
        self.x = x
        self.s = torch.sigmoid(x)
        return x * self.s

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return self.s * (1 + self.x * (1 - self.s)) * grad_output
