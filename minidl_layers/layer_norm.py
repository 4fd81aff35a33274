"""Layer normalization."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Module, Parameter, SettingError, Shape, ShapeError


class LayerNorm(Module):
    """Normalizes each sample to mean 0 and variance 1 over its features, then scales and shifts each feature.

    Forward:   y = γ ⊙ z + β,   z = (x - μ) / √(σ² + eps)
    Backward:  ∂ℓ/∂β = Σ ∂ℓ/∂y       (the sum over the batch)
               ∂ℓ/∂γ = Σ z ⊙ ∂ℓ/∂y   (the same)
               ∂ℓ/∂z = γ ⊙ ∂ℓ/∂y
               ∂ℓ/∂x = (∂ℓ/∂z - mean(∂ℓ/∂z) - z mean(z ⊙ ∂ℓ/∂z)) / √(σ² + eps)

    μ, σ² and mean() are taken over the features of each sample.

    Shape: x, y: (*, batch, *features)

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
        self.features = tuple(range(-len(in_shape), 0))
        self.batch = -1 - len(in_shape)
        self.weight = Parameter(torch.ones(in_shape, dtype=self.dtype)) if self.has_weight else None
        self.bias = Parameter(torch.zeros(in_shape, dtype=self.dtype)) if self.has_bias else None
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        """Return γ ⊙ z + β."""
        centered = x - x.mean(self.features, keepdim=True)
        variance = torch.square(centered, out=self.output_memory).mean(self.features, keepdim=True)
        self.r = (variance + self.eps).rsqrt()
        self.z = centered * self.r
        if self.weight is None:
            return self.z
        weight = self.weight.value.unsqueeze(self.batch)
        if self.bias is None:
            return torch.mul(weight, self.z, out=self.output_memory)
        return torch.addcmul(self.bias.value.unsqueeze(self.batch), weight, self.z, out=self.output_memory)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂β and ∂ℓ/∂γ."""
        self.backward_parameters(grad_output)
        grad_z = grad_output if self.weight is None else self.weight.value.unsqueeze(self.batch) * grad_output
        mean = grad_z.mean(self.features, keepdim=True)
        product_mean = torch.mul(self.z, grad_z, out=self.gradient_memory).mean(self.features, keepdim=True)
        without_mean = torch.sub(grad_z, mean, out=self.gradient_memory)
        return without_mean.addcmul_(self.z, product_mean, value=-1).mul_(self.r)

    def backward_parameters(self, grad_output: Tensor) -> None:
        """Replace ∂ℓ/∂β and ∂ℓ/∂γ."""
        if self.bias is not None:
            torch.sum(grad_output, self.batch, out=self.bias.grad)
        if self.weight is not None:
            torch.sum(torch.mul(self.z, grad_output, out=self.gradient_memory), self.batch, out=self.weight.grad)
