"""The hyperbolic tangent."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module


class Tanh(Module):
    """Hyperbolic tangent of each element.

    Forward:   y = tanh(x)
    Backward:  ∂ℓ/∂x = (1 - y²) ⊙ ∂ℓ/∂y

    1 - y² equals the textbook's 4 / (eˣ + e⁻ˣ)², but does not overflow for large x.

    Shape: x, y: (*, features)

    Source: LeCun et al., Efficient BackProp, 1998.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return tanh(x)."""
        self.y = torch.tanh(x)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return (1 - self.y.square()) * grad_output
