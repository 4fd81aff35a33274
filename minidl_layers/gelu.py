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
        self.share = (1 + curve) / 2
        return x * self.share

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return (self.share + self.x * self._density()) * grad_output

    def _density(self) -> Tensor:
        """Return Φ'."""
        if self.approximate == "none":
            return torch.exp(-self.x.square() / 2) / math.sqrt(2 * math.pi)
        return (1 - self.share) * self.share * (1 + 3 * CUBE * self.x.square()) * math.sqrt(8 / math.pi)
