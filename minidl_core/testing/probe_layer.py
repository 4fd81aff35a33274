"""The layer that the kit places before a layer under test, or inside it."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.interfaces.parameter import Parameter
from minidl_core.shapes import Shape

RANGE = 4
"""The maximum absolute output: large enough to reach both sides of the kinks of most activations."""


class ProbeLayer(Module):
    """Hyperbolic tangent of each scaled and shifted feature; accepts samples of any shape and keeps the shape.

    Forward:   y = 4 tanh(w ⊙ x + b)
    Backward:  ∂ℓ/∂b = Σ (4 - y²/4) ⊙ ∂ℓ/∂y        (the sum over the batch)
               ∂ℓ/∂w = Σ x ⊙ (4 - y²/4) ⊙ ∂ℓ/∂y    (the sum over the batch)
               ∂ℓ/∂x = w ⊙ (4 - y²/4) ⊙ ∂ℓ/∂y

    The derivative is computed from the output, so it is wrong if the next layer overwrites its input.

    Shape: x, y: (batch, *features)
    """

    def build(self, in_shape: Shape) -> Shape:
        """Initialize scales and shifts at random."""
        uniform = torch.rand(2, *in_shape, dtype=self.dtype, generator=self.generator)
        self.weight = Parameter(uniform[0] / 2 + 0.5)
        self.bias = Parameter(uniform[1] - 0.5)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return 4 tanh(w ⊙ x + b)."""
        self.x = x
        self.y = RANGE * torch.tanh(self.weight.value * x + self.bias.value)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂w and ∂ℓ/∂b."""
        grad_inside = (RANGE - self.y.square() / RANGE) * grad_output
        self.bias.grad = grad_inside.sum(0)
        self.weight.grad = (self.x * grad_inside).sum(0)
        return self.weight.value * grad_inside
