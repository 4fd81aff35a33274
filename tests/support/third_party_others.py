"""Correct third-party losses, metrics and optimizers, which must pass all checks of the kit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from minidl_core import DataError, Loss, Metric, Optimizer, Parameter


class RootMeanSquare(Loss):
    """The root of the mean of squares, with eps under it."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        self.n = self.difference.size(-1) * self.difference.size(-2)
        self.root = (self.difference.square().sum((-2, -1)) / self.n + 1e-12).sqrt()
        return self.root

    def backward(self) -> Tensor:
        return self.difference / (self.n * self.root[..., None, None])


class LogCosh(Loss):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        size = self.difference.abs()
        return (size + torch.log1p(torch.exp(-2 * size)) - math.log(2)).sum(-1).mean(-1)

    def backward(self) -> Tensor:
        return torch.tanh(self.difference) / self.difference.size(-2)


class Pinball(Loss):
    """The loss of a quantile, which has a kink at 0."""

    def __init__(self, quantile: float = 0.9) -> None:
        self.quantile = quantile

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = target - prediction
        return torch.maximum(self.quantile * self.difference, (self.quantile - 1) * self.difference).sum(-1).mean(-1)

    def backward(self) -> Tensor:
        slope = torch.where(self.difference > 0, self.quantile, self.quantile - 1).to(self.difference.dtype)
        return -slope.where(self.difference != 0, 0) / self.difference.size(-2)


class Hinge(Loss):
    """The hinge loss of one-hot targets, squared."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not bool(((target == 0) | (target == 1)).all()):
            raise DataError("hinge needs one-hot targets")
        self.sign = 2 * target - 1
        self.margin = (1 - self.sign * prediction).clamp(min=0)
        return self.margin.square().sum(-1).mean(-1)

    def backward(self) -> Tensor:
        return -2 * self.sign * self.margin / self.margin.size(-2)

    def torch_twin(self) -> object:
        return lambda prediction, target: functional.relu(1 - (2 * target - 1) * prediction).pow(2).sum(-1).mean()


class Poisson(Loss):
    """eʸ - y* y, which overflows float32 where it must."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.rate, self.target = prediction.exp(), target
        return (self.rate - target * prediction).sum(-1).mean(-1)

    def backward(self) -> Tensor:
        return (self.rate - self.target) / self.target.size(-2)


class Tiny(Loss):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        return 1e-9 * self.difference.square().sum((-2, -1))

    def backward(self) -> Tensor:
        return 2e-9 * self.difference


class MedianError(Metric):
    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().median()


class AdjustedR2(Metric):
    """R², corrected for the number of samples."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        n = prediction.size(-2)
        rest = (prediction - target).square().sum() / (target - target.mean(-2)).square().sum()
        return 1 - rest * (n - 1) / (n - 4)


class LargestError(Metric):
    higher_is_better = False
    supports_stacking = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().amax((-2, -1))


class F1(Metric):
    """The mean over classes of the harmonic mean of precision and recall."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not bool(((target == 0) | (target == 1)).all()):
            raise DataError("f1 is only for classes")
        chosen = torch.nn.functional.one_hot(prediction.argmax(-1), prediction.size(-1))
        return (2 * (chosen * target).sum(0) / (chosen.sum(0) + target.sum(0)).clamp(min=1)).mean()


class RMSprop(Optimizer):
    elementwise = True

    def __init__(self, lr: float = 0.01, alpha: float = 0.99, eps: float = 1e-8) -> None:
        self.lr, self.alpha, self.eps = lr, alpha, eps

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.square = torch.zeros_like(self.block.value)

    def step(self) -> None:
        value, grad = self.block
        self.square.mul_(self.alpha).addcmul_(grad, grad, value=1 - self.alpha)
        value.addcdiv_(grad, self.square.sqrt().add_(self.eps), value=-self.lr)

    def state(self) -> dict[str, Tensor]:
        return {"square": self.square}

    def torch_twin(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        return optim.RMSprop(parameters, lr=self.lr, alpha=self.alpha, eps=self.eps)


class Lion(Optimizer):
    """Steps by signs."""

    elementwise = True

    def __init__(self, lr: float = 0.01, beta: float = 0.9) -> None:
        self.lr, self.beta = lr, beta

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.velocity = torch.zeros_like(self.block.value)

    def step(self) -> None:
        value, grad = self.block
        self.velocity.lerp_(grad, 1 - self.beta)
        value.sub_(self.lr * self.velocity.sign())

    def state(self) -> dict[str, Tensor]:
        return {"velocity": self.velocity}


class ClippedDescent(Optimizer):
    """Steps along the gradient, of a bounded length, and declares nothing."""

    def __init__(self, lr: float = 0.01, longest: float = 1.0) -> None:
        self.lr, self.longest = lr, longest

    def step(self) -> None:
        value, grad = self.block
        value.sub_(self.lr * grad / (grad.norm() / self.longest).clamp(min=1))


class Plain(Optimizer):
    elementwise = True
    only_adds = True

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        self.block.add_grad(-self.lr)

    def torch_twin(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        return optim.SGD(parameters, lr=self.lr)
