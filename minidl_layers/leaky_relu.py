"""The leaky rectified linear unit."""

from __future__ import annotations

import math

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
        self.positive = x.clamp_min(0)
        return self.positive + self.negative_slope * x.clamp_max(0)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        kept = self.positive.sign() * grad_output  # sign(max(x, 0)) = [x > 0], in the type of x
        return kept + self.negative_slope * (grad_output - kept)
