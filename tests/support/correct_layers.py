"""Correct layers, from which tests derive faulty ones."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import Buffer, InputError, Module, Parameter, Sequential, Shape, ShapeError


class Mix(Module):
    """A square linear map with a bias."""

    def build(self, in_shape: Shape) -> Shape:
        if len(in_shape) != 1:
            raise ShapeError("samples that are vectors of features", "flatten them first")
        (n,) = in_shape
        self.weight = Parameter(torch.randn(n, n, dtype=self.dtype, generator=self.generator))
        self.bias = Parameter(torch.randn(n, dtype=self.dtype, generator=self.generator))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x @ self.weight.value.mT + self.bias.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = grad_output.mT @ self.x
        self.bias.grad = grad_output.sum(0)
        return grad_output @ self.weight.value


class Cut(Module):
    """A rectifier."""

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x.clamp_min(0)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * (self.x > 0)


class Norm(Module):
    """A normalization over the batch, with running statistics."""

    depends_on_mode = True

    def __init__(self, momentum: float = 0.1, affine: bool = True) -> None:
        self.momentum = momentum
        self.affine = affine

    def build(self, in_shape: Shape) -> Shape:
        if len(in_shape) != 1:
            raise ShapeError("samples that are vectors of features", "flatten them first")
        self.weight = Parameter(torch.ones(in_shape, dtype=self.dtype)) if self.affine else None
        self.bias = Parameter(torch.zeros(in_shape, dtype=self.dtype)) if self.affine else None
        self.running_mean = Buffer(torch.zeros(in_shape, dtype=self.dtype))
        self.running_var = Buffer(torch.ones(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            if len(x) == 1:
                raise InputError("norm needs batches of at least 2 samples in training")
            mean, var = x.mean(0), x.var(0, correction=0)
            self.update(mean, var)
        else:
            mean, var = self.running_mean.value, self.running_var.value
        self.scale = (var + 1e-5).rsqrt()
        self.z = (x - mean) * self.scale
        if self.weight is None or self.bias is None:
            return self.z
        return self.z * self.weight.value + self.bias.value

    def update(self, mean: Tensor, var: Tensor) -> None:
        self.running_mean.value.lerp_(mean, self.momentum)
        self.running_var.value.lerp_(var, self.momentum)

    def backward(self, grad_output: Tensor) -> Tensor:
        if self.weight is not None and self.bias is not None:
            self.weight.grad = (grad_output * self.z).sum(0)
            self.bias.grad = grad_output.sum(0)
            grad_output = grad_output * self.weight.value
        if not self.training:
            return grad_output * self.scale
        along = (grad_output * self.z).mean(0)
        return self.scale * (grad_output - grad_output.mean(0) - self.z * along)


class Drop(Module):
    """Features set to zero at random in training."""

    depends_on_mode = True

    def __init__(self, p: float) -> None:
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        self.kept = torch.ones_like(x)
        if self.training:
            uniform = torch.empty_like(x).uniform_(generator=self.generator)
            self.kept = (uniform >= self.p).to(x.dtype) / (1 - self.p)
        return x * self.kept

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.kept


class Residual(Module):
    """A chain of layers whose input is added to its output."""

    def __init__(self, layers: Sequential) -> None:
        self.layers = layers

    def build(self, in_shape: Shape) -> Shape:
        if self.layers.build(in_shape) != in_shape:
            raise ShapeError("inner layers that keep the shape of their input")
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers.forward(x)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output + self.layers.backward(grad_output)


class OneNumber(Module):
    """A scale of all features by a single number that is learned."""

    def build(self, in_shape: Shape) -> Shape:
        self.scale = Parameter(torch.ones((), dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x * self.scale.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.scale.grad = (grad_output * self.x).sum()
        return grad_output * self.scale.value
