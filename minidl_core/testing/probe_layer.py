"""The kit's own layer: what stands before a layer under test, or inside it."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.interfaces.parameter import Parameter
from minidl_core.shapes import Shape

RANGE = 4
"""The outputs lie between this and its negative: wide enough to reach the bends of most activations."""


class ProbeLayer(Module):
    """Hyperbolic tangent of each feature, scaled and shifted: a layer for samples of any shape that keeps the shape.

    Forward:   y = 4 tanh(w ⊙ x + b)
    Backward:  ∂ℓ/∂b = Σ (4 - y²/4) ⊙ ∂ℓ/∂y        (the sum over the batch)
               ∂ℓ/∂w = Σ x ⊙ (4 - y²/4) ⊙ ∂ℓ/∂y    (likewise)
               ∂ℓ/∂x = w ⊙ (4 - y²/4) ⊙ ∂ℓ/∂y

    The derivative is taken from the output, and so is wrong once the next layer has written into that.

    Shape: x, y: (*, batch, *features)
    """

    def build(self, in_shape: Shape) -> Shape:
        """Draw scales and shifts."""
        drawn = torch.rand(2, *in_shape, dtype=self.dtype, generator=self.generator)
        self.weight = Parameter(drawn[0] / 2 + 0.5)
        self.bias = Parameter(drawn[1] - 0.5)
        self.batch_dim = -1 - len(in_shape)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return 4 tanh(w ⊙ x + b)."""
        self.x = x
        inside = self.weight.value.unsqueeze(self.batch_dim) * x + self.bias.value.unsqueeze(self.batch_dim)
        self.y = RANGE * torch.tanh(inside)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂w and ∂ℓ/∂b."""
        grad_inside = (RANGE - self.y.square() / RANGE) * grad_output
        self.bias.grad.copy_(grad_inside.sum(self.batch_dim))
        self.weight.grad.copy_((self.x * grad_inside).sum(self.batch_dim))
        return self.weight.value.unsqueeze(self.batch_dim) * grad_inside
