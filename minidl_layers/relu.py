"""The rectified linear unit."""

from __future__ import annotations

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
        self.y = x.relu()
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return self.y.sign() * grad_output  # sign(y) = [x > 0], in the type of y
