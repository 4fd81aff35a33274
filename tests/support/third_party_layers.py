"""Correct third-party layers, which must pass all checks of the kit."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

from minidl_core import Buffer, Module, Parameter, Sequential, SettingError, Shape, ShapeError, feature_count


class Elementwise(Module):
    """Keeps x; y and the derivative follow from it."""

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return self.value(x)

    def backward(self, grad_output: Tensor) -> Tensor:
        return self.slope(self.x) * grad_output

    def value(self, x: Tensor) -> Tensor:
        return x

    def slope(self, x: Tensor) -> Tensor:
        return torch.ones_like(x)


class Softplus(Elementwise):
    """log(1 + e^βx)/β, without overflow."""

    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def value(self, x: Tensor) -> Tensor:
        return torch.logaddexp(self.beta * x, torch.zeros_like(x)) / self.beta

    def slope(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.beta * x)


class ELU(Elementwise):
    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def value(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.alpha * torch.expm1(x.clamp(max=0)))

    def slope(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, torch.ones_like(x), self.alpha * torch.exp(x.clamp(max=0)))


class Mish(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x * torch.tanh(torch.logaddexp(x, torch.zeros_like(x)))

    def slope(self, x: Tensor) -> Tensor:
        t = torch.tanh(torch.logaddexp(x, torch.zeros_like(x)))
        return t + x * (1 - t * t) * torch.sigmoid(x)


class Swish(Elementwise):
    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def value(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.beta * x)

    def slope(self, x: Tensor) -> Tensor:
        s = torch.sigmoid(self.beta * x)
        return s + self.beta * x * s * (1 - s)


class Square(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x.square()

    def slope(self, x: Tensor) -> Tensor:
        return 2 * x


class Cubic(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x**3 - 2 * x

    def slope(self, x: Tensor) -> Tensor:
        return 3 * x**2 - 2


class Absolute(Elementwise):
    """|x|, with the subgradient 0 at 0."""

    def value(self, x: Tensor) -> Tensor:
        return x.abs()

    def slope(self, x: Tensor) -> Tensor:
        return x.sign()


class HardSwish(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x * (x + 3).clamp(0, 6) / 6

    def slope(self, x: Tensor) -> Tensor:
        inner = ((2 * x + 3) / 6).where(x.abs() < 3, torch.zeros_like(x))
        return torch.where(x >= 3, torch.ones_like(x), inner)


class HardShrink(Elementwise):
    """x where it is large, and 0 elsewhere: it jumps, and its derivative is right wherever there is one."""

    def __init__(self, lambd: float = 0.5) -> None:
        self.lambd = lambd

    def value(self, x: Tensor) -> Tensor:
        return x * (x.abs() > self.lambd)

    def slope(self, x: Tensor) -> Tensor:
        return (x.abs() > self.lambd).to(x.dtype)


class Sine(Elementwise):
    def __init__(self, frequency: float = 30.0) -> None:
        self.frequency = frequency

    def value(self, x: Tensor) -> Tensor:
        return torch.sin(self.frequency * x)

    def slope(self, x: Tensor) -> Tensor:
        return self.frequency * torch.cos(self.frequency * x)


class Gaussian(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return torch.exp(-x.square())

    def slope(self, x: Tensor) -> Tensor:
        return -2 * x * torch.exp(-x.square())


class Exponential(Elementwise):
    """eˣ, which overflows float32 where it must."""

    def value(self, x: Tensor) -> Tensor:
        return torch.exp(x)

    def slope(self, x: Tensor) -> Tensor:
        return torch.exp(x)


class LogCosh(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x.abs() + torch.log1p(torch.exp(-2 * x.abs())) - math.log(2)

    def slope(self, x: Tensor) -> Tensor:
        return torch.tanh(x)


class Float64Constants(Elementwise):
    """(x - c)/s with constants of float64, which as single numbers leave the type as it is."""

    def value(self, x: Tensor) -> Tensor:
        return (x - torch.tensor(0.1, dtype=torch.float64)) / torch.tensor(0.3, dtype=torch.float64)

    def slope(self, x: Tensor) -> Tensor:
        return torch.ones_like(x) / torch.tensor(0.3, dtype=torch.float64)


class Small(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return 1e-9 * torch.tanh(x)

    def slope(self, x: Tensor) -> Tensor:
        return 1e-9 * (1 - torch.tanh(x) ** 2)


class MaxPool(Module):
    """The largest of each two neighboring features."""

    def build(self, in_shape: Shape) -> Shape:
        if in_shape[-1] % 2:
            raise ShapeError("an even number of features")
        return (*in_shape[:-1], in_shape[-1] // 2)

    def forward(self, x: Tensor) -> Tensor:
        pairs = x.unflatten(-1, (-1, 2))
        self.shape = x.shape
        largest, self.index = pairs.max(-1, keepdim=True)
        return largest.squeeze(-1)

    def backward(self, grad_output: Tensor) -> Tensor:
        wide = grad_output.new_zeros((*self.index.shape[:-1], 2))
        return wide.scatter(-1, self.index, grad_output.unsqueeze(-1)).reshape(self.shape)


class Gather(Module):
    """Features in reverse order, the first of them twice."""

    def build(self, in_shape: Shape) -> Shape:
        features = in_shape[-1]
        self.index = torch.tensor([0, *range(features)][::-1])
        return (*in_shape[:-1], features + 1)

    def forward(self, x: Tensor) -> Tensor:
        return x[..., self.index]

    def backward(self, grad_output: Tensor) -> Tensor:
        grad = grad_output.new_zeros((*grad_output.shape[:-1], grad_output.size(-1) - 1))
        return grad.index_add(-1, self.index.to(grad.device), grad_output)


class Embedding(Module):
    """A learned vector for each whole number from 0 to 9, to which a feature is rounded."""

    def __init__(self, size: int = 3) -> None:
        self.size = size

    def build(self, in_shape: Shape) -> Shape:
        feature_count(in_shape)
        self.weight = Parameter(torch.randn(10, self.size, dtype=self.dtype, generator=self.generator))
        return (self.size,)

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        self.chosen = torch.zeros(*x.shape[:-1], 10, dtype=x.dtype)
        self.chosen.scatter_(-1, x[..., :1].round().clamp(0, 9).long(), 1)
        return self.chosen @ self.weight.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = self.chosen.mT @ grad_output
        return torch.zeros_like(self.x)


class RMSNorm(Module):
    def __init__(self, eps: float = 1e-6) -> None:
        self.eps = eps

    def build(self, in_shape: Shape) -> Shape:
        feature_count(in_shape)
        self.weight = Parameter(torch.ones(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.r = (x.square().mean(-1, keepdim=True) + self.eps).rsqrt()
        self.z = x * self.r
        return self.z * self.weight.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = (grad_output * self.z).sum(0)
        g = grad_output * self.weight.value
        return self.r * (g - self.z * (g * self.z).mean(-1, keepdim=True))


class L2Normalize(Module):
    """Rows of length 1, as torch.nn.functional.normalize has them."""

    def forward(self, x: Tensor) -> Tensor:
        self.length = x.norm(dim=-1, keepdim=True).clamp(min=1e-12)
        self.y = x / self.length
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        return (grad_output - self.y * (self.y * grad_output).sum(-1, keepdim=True)) / self.length


class LogSoftmax(Module):
    def forward(self, x: Tensor) -> Tensor:
        self.y = torch.log_softmax(x, -1)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output - self.y.exp() * grad_output.sum(-1, keepdim=True)


class GatedLinear(Module):
    """One half of the features times the sigmoid of the other."""

    def build(self, in_shape: Shape) -> Shape:
        if in_shape[-1] % 2:
            raise ShapeError("an even number of features")
        return (*in_shape[:-1], in_shape[-1] // 2)

    def forward(self, x: Tensor) -> Tensor:
        self.a, b = x.chunk(2, -1)
        self.s = torch.sigmoid(b)
        return self.a * self.s

    def backward(self, grad_output: Tensor) -> Tensor:
        return torch.cat([grad_output * self.s, grad_output * self.a * self.s * (1 - self.s)], -1)


class SwiGLU(Module):
    """silu(x V) ⊙ (x W)."""

    def __init__(self, out_features: int = 3) -> None:
        self.out_features = out_features

    def build(self, in_shape: Shape) -> Shape:
        n = feature_count(in_shape)
        self.v, self.w = (
            Parameter(torch.randn(n, self.out_features, dtype=self.dtype, generator=self.generator) / math.sqrt(n))
            for _ in range(2)
        )
        return (self.out_features,)

    def forward(self, x: Tensor) -> Tensor:
        self.x, self.a, self.b = x, x @ self.v.value, x @ self.w.value
        self.s = torch.sigmoid(self.a)
        return self.a * self.s * self.b

    def backward(self, grad_output: Tensor) -> Tensor:
        grad_b = grad_output * self.a * self.s
        grad_a = grad_output * self.b * self.s * (1 + self.a * (1 - self.s))
        self.v.grad = self.x.mT @ grad_a
        self.w.grad = self.x.mT @ grad_b
        return grad_a @ self.v.value.mT + grad_b @ self.w.value.mT


class Maxout(Module):
    """The larger of two linear maps."""

    def build(self, in_shape: Shape) -> Shape:
        n = feature_count(in_shape)
        self.weight = Parameter(torch.randn(2, n, n, dtype=self.dtype, generator=self.generator))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        first, second = (x @ self.weight.value[place] for place in (0, 1))
        self.x, self.first = x, first >= second
        return torch.maximum(first, second)

    def backward(self, grad_output: Tensor) -> Tensor:
        parts = [grad_output * self.first, grad_output * ~self.first]
        self.weight.grad = torch.stack([self.x.mT @ part for part in parts])
        return sum(part @ self.weight.value[place].mT for place, part in enumerate(parts))  # type: ignore[return-value]


class PReLU(Module):
    """A rectifier whose negative slope is learned, one a feature."""

    def build(self, in_shape: Shape) -> Shape:
        feature_count(in_shape)
        self.weight = Parameter(torch.full(in_shape, 0.25, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return torch.where(x > 0, x, self.weight.value * x)

    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = (grad_output * self.x * (self.x <= 0)).sum(0)
        return grad_output * torch.where(self.x > 0, torch.ones_like(self.x), self.weight.value)


class Block(Module):
    """x + f(x) of layers f, with a learned factor for each feature."""

    def __init__(self, layers: Sequential) -> None:
        self.layers = layers

    def build(self, in_shape: Shape) -> Shape:
        if self.layers.build(in_shape) != in_shape:
            raise ShapeError("layers that keep the shape")
        self.scale = Parameter(torch.ones(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.inner = self.layers.forward(x)
        return x + self.scale.value * self.inner

    def backward(self, grad_output: Tensor) -> Tensor:
        self.scale.grad = (grad_output * self.inner).sum(0)
        return grad_output + self.layers.backward(grad_output * self.scale.value)


class RunningScale(Module):
    """Divides by a running mean of sizes, which training moves afterwards."""

    depends_on_mode = True

    def __init__(self, momentum: float = 0.1) -> None:
        self.momentum = momentum

    def build(self, in_shape: Shape) -> Shape:
        self.size = Buffer(torch.ones(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.factor = torch.ones_like(x)
            self.size.value.lerp_(x.abs().mean(0), self.momentum)
        else:
            self.factor = (1 / (self.size.value + 1e-3)).expand(x.shape)
        return x * self.factor

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.factor


class Noise(Module):
    """Noise around 0 that is added in training."""

    depends_on_mode = True

    def __init__(self, sigma: float = 0.1) -> None:
        if sigma < 0:
            raise SettingError("noise", "sigma", sigma, "at least 0")
        self.sigma = sigma

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x + torch.empty_like(x).normal_(0, self.sigma, generator=self.generator)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class StochasticDepth(Module):
    """Leaves out whole samples in training, and makes up for it in evaluation, as the paper has it."""

    depends_on_mode = True

    def __init__(self, survival: float = 0.8) -> None:
        self.survival = survival

    def forward(self, x: Tensor) -> Tensor:
        self.kept = torch.full_like(x[..., :1], self.survival)
        if self.training:
            uniform = torch.empty_like(self.kept).uniform_(generator=self.generator)
            self.kept = (uniform < self.survival).to(x.dtype)
        return x * self.kept

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.kept


class RandomSlope(Module):
    """A rectifier with a negative slope at random in training, and its mean in evaluation."""

    depends_on_mode = True

    def forward(self, x: Tensor) -> Tensor:
        slope = torch.full_like(x, 11 / 48)
        if self.training:
            slope = torch.empty_like(x).uniform_(1 / 8, 1 / 3, generator=self.generator)
        self.slope = torch.where(x > 0, torch.ones_like(x), slope)
        return x * self.slope

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.slope


class Mode(Module):
    """Sums along features, or running sums, or none."""

    def __init__(self, kind: Literal["cumulative", "total", "none"] = "cumulative", scale: float = 0.0) -> None:
        self.kind = kind
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "none":
            return x * (1 + self.scale)
        total = x.cumsum(-1) if self.kind == "cumulative" else x.sum(-1, keepdim=True).expand(x.shape)
        return total + self.scale * x

    def backward(self, grad_output: Tensor) -> Tensor:
        if self.kind == "none":
            return grad_output * (1 + self.scale)
        turned = grad_output.flip(-1).cumsum(-1).flip(-1)
        total = turned if self.kind == "cumulative" else grad_output.sum(-1, keepdim=True).expand(grad_output.shape)
        return total + self.scale * grad_output


class Rounded(Elementwise):
    """A straight-through estimator: rounds forward, and passes gradients on as they are."""

    surrogate_gradient = True

    def value(self, x: Tensor) -> Tensor:
        return x.round()


class Reversed(Elementwise):
    """Passes inputs on as they are, and gradients with the other sign, as adversarial training does."""

    surrogate_gradient = True

    def slope(self, x: Tensor) -> Tensor:
        return -torch.ones_like(x)
