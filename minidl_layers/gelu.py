"""The Gaussian error linear unit."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from minidl_core import Module, SettingError

CUBE = 0.044715
"""The coefficient of x³ in the tanh approximation."""


class GELU(Module):
    """Gaussian error linear unit: multiplies each element x by Φ(x), the standard normal distribution function.

    Forward:   y = x ⊙ Φ,   Φ = (1 + erf(x/√2)) / 2
    Backward:  ∂ℓ/∂x = (Φ + x ⊙ Φ') ⊙ ∂ℓ/∂y,   Φ' = e^(-x²/2) / √(2π)

    With approximate=tanh, Φ = (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 and
    Φ' = (1 - Φ) ⊙ Φ ⊙ (1 + 3 · 0.044715 x²) √(8/π).

    Shape: x, y: (*, features)

    Args:
        approximate: how Φ is computed: none, exactly; tanh, by the approximation above.

    Raises:
        SettingError: approximate is neither none nor tanh.

    Source: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    """

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        if approximate not in {"none", "tanh"}:
            raise SettingError("gelu", "approximate", approximate, "none or tanh")
        self.approximate = approximate

    def forward(self, x: Tensor) -> Tensor:
        """Return x ⊙ Φ."""
        self.x = x
        if self.approximate == "none":
            curve = torch.erf(x / math.sqrt(2))
        else:
            curve = torch.tanh(math.sqrt(2 / math.pi) * (x + CUBE * x.pow(3)))
        self.share = (1 + curve).mul_(0.5)
        return torch.mul(x, self.share, out=self.output_memory)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return torch.addcmul(self.share, self.x, self._density(), out=self.gradient_memory).mul_(grad_output)

    def _density(self) -> Tensor:
        """Return Φ'."""
        square = self.x.square()
        if self.approximate == "none":
            return square.mul_(-0.5).exp_().div_(math.sqrt(2 * math.pi))
        return (1 - self.share).mul_(self.share).mul_(square.mul_(3 * CUBE).add_(1)).mul_(math.sqrt(8 / math.pi))
