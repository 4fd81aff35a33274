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
        return torch.mul(x, self.s, out=self.output_memory)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return (1 - self.s).mul_(self.x).add_(1).mul_(self.s).mul_(grad_output)
