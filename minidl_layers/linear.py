"""The fully connected layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from minidl_core import Module, Parameter, SettingError, Shape, ShapeError, as_rows, feature_count


class Linear(Module):
    """Fully connected layer: multiplies the features by a weight matrix and adds a bias.

    Forward:   y = x Wᵀ + b
    Backward:  ∂ℓ/∂W = (∂ℓ/∂y)ᵀ x
               ∂ℓ/∂b = Σ ∂ℓ/∂y   (the sum over all samples)
               ∂ℓ/∂x = ∂ℓ/∂y W

    Shape: x: (*, in_features), y: (*, out_features)

    W and b are drawn from U(-1/√n, 1/√n), n = in_features: the same numbers as `torch.nn.Linear` draws.

    Example: minidl run --layers linear:25,relu,linear:2

    Args:
        out_features: the number of output features, at least 1.
        in_features: the number of input features; None infers it from the input.
        bias: whether b is added.

    Raises:
        SettingError: out_features or in_features is below 1.
        ShapeError: a sample is not a vector of in_features features.

    Source: LeCun et al., Efficient BackProp, 1998 (the range of the initial values).
    """

    def __init__(self, out_features: int, in_features: int | None = None, bias: bool = True) -> None:  # noqa: FBT001, FBT002 - PyTorch's signature
        if out_features < 1:
            raise SettingError("linear", "out_features", out_features, "at least 1")
        if in_features is not None and in_features < 1:
            raise SettingError("linear", "in_features", in_features, "at least 1")
        self.out_features = out_features
        self.in_features = in_features
        self.has_bias = bias

    def build(self, in_shape: Shape) -> Shape:
        """Initialize W and b."""
        n = feature_count(in_shape)
        if self.in_features not in {None, n}:
            raise ShapeError(f"{self.in_features} input features", f"write linear with in_features={n} or drop it")
        bound = 1 / math.sqrt(n)
        # PyTorch computes the weight's bound in another way, which rounds differently.
        weight_bound = math.sqrt(3) * (math.sqrt(2 / (1 + math.sqrt(5) ** 2)) / math.sqrt(n))
        self.weight = Parameter(self._uniform((self.out_features, n), weight_bound))
        self.bias = Parameter(self._uniform((self.out_features,), bound)) if self.has_bias else None
        return (self.out_features,)

    def forward(self, x: Tensor) -> Tensor:
        """Return x Wᵀ + b."""
        self.x = x
        if self.bias is None or x.dim() != 2:  # noqa: PLR2004 - a matrix, for which addmm is the quicker
            y = x @ self.weight.value.mT
            return y if self.bias is None else y + self.bias.value
        return torch.addmm(self.bias.value, x, self.weight.value.mT)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return ∂ℓ/∂x; replace ∂ℓ/∂W and ∂ℓ/∂b."""
        grad_y = as_rows(grad_output)
        self.weight.grad = grad_y.mT @ as_rows(self.x)
        if self.bias is not None:
            self.bias.grad = grad_y.sum(0)
        return grad_output @ self.weight.value

    def _uniform(self, shape: Shape, bound: float) -> Tensor:
        return torch.empty(shape, dtype=self.dtype).uniform_(-bound, bound, generator=self.generator)
