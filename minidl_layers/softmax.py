"""The softmax function."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module, Shape, ShapeError


class Softmax(Module):
    """Softmax over a sample's last dimension: turns scores into probabilities that sum to 1.

    Forward:   yᵢ = e^xᵢ / Σⱼ e^xⱼ
    Backward:  ∂ℓ/∂x = y ⊙ (∂ℓ/∂y - Σⱼ yⱼ ∂ℓ/∂yⱼ)

    Shape: x, y: (*, features)

    Do not put it before the loss cross_entropy, which computes the softmax itself.

    Example: minidl run --layers linear:25,relu,linear:2,softmax

    Raises:
        ShapeError: a sample has no features.

    Source: Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, 1990.
    """

    def build(self, in_shape: Shape) -> Shape:
        """Refuse samples without features, whose last dimension would be the samples."""
        if not in_shape:
            raise ShapeError("samples with features", "give each sample at least one")
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return e^xᵢ / Σⱼ e^xⱼ."""
        self.y = torch.softmax(x, -1)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x."""
        return self.y * (grad_output - (self.y * grad_output).sum(-1, keepdim=True))
