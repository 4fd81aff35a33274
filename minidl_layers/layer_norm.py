"""Layer normalization."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module, Parameter, SettingError, Shape, ShapeError


class LayerNorm(Module):
    """Normalizes each sample to mean 0 and variance 1 over its features, then scales and shifts each feature.

    Forward:   y = γ ⊙ z + β,   z = (x - μ) / √(σ² + eps)
    Backward:  ∂ℓ/∂β = Σ ∂ℓ/∂y       (the sum over all samples)
               ∂ℓ/∂γ = Σ z ⊙ ∂ℓ/∂y   (the same)
               ∂ℓ/∂z = γ ⊙ ∂ℓ/∂y
               ∂ℓ/∂x = (∂ℓ/∂z - mean(∂ℓ/∂z) - z mean(z ⊙ ∂ℓ/∂z)) / √(σ² + eps)

    μ, σ² and mean() are taken over the features of each sample.

    Shape: x, y: (*, *features)

    γ is initialized to 1, β to 0.

    Example: minidl run --layers linear:25,layer_norm,relu,linear:2

    Args:
        eps: added to the variance, at least 0.
        elementwise_affine: whether to scale by γ and shift by β.
        bias: whether to shift by β; has no effect without elementwise_affine.

    Raises:
        SettingError: eps is out of range.
        ShapeError: a sample has no features.

    Source: Ba, Kiros and Hinton, Layer Normalization, 2016.
    """

    def __init__(self, eps: float = 1e-5, elementwise_affine: bool = True, bias: bool = True) -> None:  # noqa: FBT001, FBT002 - PyTorch's signature
        if not 0 <= eps < float("inf"):
            raise SettingError("layer_norm", "eps", eps, "a finite number of at least 0")
        self.eps = eps
        self.has_weight = elementwise_affine
        self.has_bias = elementwise_affine and bias

    def build(self, in_shape: Shape) -> Shape:
        """Initialize γ and β."""
        if 0 in in_shape or not in_shape:
            raise ShapeError("samples with features", "give each sample at least one")
        self.in_shape = in_shape
        self.features = tuple(range(-len(in_shape), 0))
        self.weight = Parameter(torch.ones(in_shape, dtype=self.dtype)) if self.has_weight else None
        self.bias = Parameter(torch.zeros(in_shape, dtype=self.dtype)) if self.has_bias else None
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return γ ⊙ z + β."""
        centered = x - x.mean(self.features, keepdim=True)
        self.r = (centered.square().mean(self.features, keepdim=True) + self.eps).rsqrt()
        self.z = centered * self.r
        y = self.z if self.weight is None else self.weight.value * self.z
        return y if self.bias is None else y + self.bias.value

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂β and ∂ℓ/∂γ."""
        grad_z = grad_output
        if self.bias is not None:
            self.bias.grad = self._sum(grad_output)
        if self.weight is not None:
            self.weight.grad = self._sum(self.z * grad_output)
            grad_z = self.weight.value * grad_output
        mean = grad_z.mean(self.features, keepdim=True)
        product_mean = (self.z * grad_z).mean(self.features, keepdim=True)
        return (grad_z - mean - self.z * product_mean) * self.r

    def _sum(self, grad: Tensor) -> Tensor:
        """Return the sum over all samples."""
        return grad.reshape(-1, *self.in_shape).sum(0)
