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

    Shape: x, y: (*, batch, *features)
    """

    def build(self, in_shape: Shape) -> Shape:
        """Initialize scales and shifts at random."""
        uniform = torch.rand(2, *in_shape, dtype=self.dtype, generator=self.generator)
        self.weight = Parameter(uniform[0] / 2 + 0.5)
        self.bias = Parameter(uniform[1] - 0.5)
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
