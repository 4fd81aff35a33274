"""The swish activation."""

from __future__ import annotations

import math

import minidl
import torch


class Swish(minidl.Module):
    """Swish: each element x times the sigmoid of βx, a smooth function between 0 for small x and x for large x.

    Forward:   y = x ⊙ s,   s = σ(βx) = 1 / (1 + exp(-βx))
    Backward:  ∂ℓ/∂x = (s + βy ⊙ (1 - s)) ⊙ ∂ℓ/∂y

    The paper's formula for the slope, βy + s ⊙ (1 - βy), is equal but loses precision for large x.

    With β = 0 it is x / 2; with β = 1 it is also called SiLU; with large β it approaches ReLU.

    Shape: x, y: (*, features)

    Args:
        beta: the steepness β, at least 0.

    Raises:
        SettingError: beta is negative, infinite or NaN.

    Source: Ramachandran, Zoph and Le, Searching for Activation Functions, 2017.
    """

    def __init__(self, beta: float = 1.0) -> None:
        if not 0 <= beta < math.inf:
            raise minidl.SettingError("swish", "beta", beta, "finite and at least 0")
        self.beta = beta

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return x ⊙ σ(βx)."""
        self.s = torch.sigmoid(self.beta * x)
        self.y = x * self.s
        return self.y

    def backward(self, grad_output: torch.Tensor) -> torch.Tensor:
        """Return ∂ℓ/∂x."""
        return (self.s + self.beta * self.y * (1 - self.s)) * grad_output
