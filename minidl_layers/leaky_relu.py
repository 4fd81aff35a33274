"""The leaky rectified linear unit."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minidl_core import Module, SettingError


class LeakyReLU(Module):
    """Leaky rectified linear unit: multiplies negative elements by a small slope.

    Forward:   y = max(x, 0) + a min(x, 0)
    Backward:  ∂ℓ/∂x = g + a (∂ℓ/∂y - g),   g = [x > 0] ⊙ ∂ℓ/∂y

    Shape: x, y: (*, features)

    Args:
        negative_slope: a, any finite number.

    Raises:
        SettingError: negative_slope is not finite.

    Source: Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013.
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        if not math.isfinite(negative_slope):
            raise SettingError("leaky_relu", "negative_slope", negative_slope, "a finite number")
        self.negative_slope = negative_slope

    def forward(self, x: Tensor) -> Tensor:
        """Return max(x, 0) + a min(x, 0)."""
        self.positive = torch.clamp_min(x, 0)
        return torch.add(self.positive, x.clamp_max(0), alpha=self.negative_slope, out=self.output_memory)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        # [x > 0] as a sign: a mask of the gradient's type takes a third of the time of a boolean one.
        kept = torch.sign(self.positive, out=self.gradient_memory).mul_(grad_output)
        return kept.add_(grad_output - kept, alpha=self.negative_slope)
