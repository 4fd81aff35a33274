"""Correct third-party optimizers, which must pass all checks of the kit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn, optim

from minidl_core import Optimizer, Parameter


class RMSprop(Optimizer):
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
    """Steps along the gradient, of a bounded length."""

    def __init__(self, lr: float = 0.01, longest: float = 1.0) -> None:
        self.lr, self.longest = lr, longest

    def step(self) -> None:
        value, grad = self.block
        value.sub_(self.lr * grad / (grad.norm() / self.longest).clamp(min=1))


class Plain(Optimizer):
    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        self.block.add_grad(-self.lr)

    def torch_twin(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        return optim.SGD(parameters, lr=self.lr)


class Counting(Optimizer):
    """Steps that become shorter, by a count of steps."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr
        self.steps = 0

    def step(self) -> None:
        value, grad = self.block
        self.steps += 1
        value.sub_(self.lr / self.steps**0.5 * grad)

    def state(self) -> dict[str, Tensor]:
        return {"steps": torch.tensor(self.steps)}

    def load_state(self, state: dict[str, Tensor]) -> None:
        self.steps = int(state["steps"])
