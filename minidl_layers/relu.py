"""The rectified linear unit."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module


class ReLU(Module):
    """Rectified linear unit: replaces negative elements by zero.

    Forward:   y = max(x, 0)
    Backward:  ∂ℓ/∂x = [x > 0] ⊙ ∂ℓ/∂y

    Shape: x, y: (*, features)

    Source: Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return max(x, 0)."""
        self.y = torch.clamp_min(x, 0, out=self.output_memory)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        # [x > 0] as sign(y): a mask of the gradient's type takes a third of the time of a boolean one.
        return torch.sign(self.y, out=self.gradient_memory).mul_(grad_output)
