"""Operations without a kernel are run by PyTorch within replayed steps."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minidl_core import Module, Optimizer, Sequential
from minidl_layers.linear import Linear
from minidl_native.native import Native
from tests.support.engine_runs import difference, ready_run, train, train_in_python, train_natively


class Convolution(Module):
    """A fixed convolution along the features."""

    def forward(self, x: Tensor) -> Tensor:
        self.kernel = torch.tensor([[[0.25, 0.5, 0.25]]], dtype=x.dtype)
        return torch.conv1d(x[:, None], self.kernel, padding=1)[:, 0]

    def backward(self, grad_output: Tensor) -> Tensor:
        return torch.conv1d(grad_output[:, None], self.kernel, padding=1)[:, 0]


class Sorted(Module):
    """Sorts the features of each sample: an operation with two results."""

    def forward(self, x: Tensor) -> Tensor:
        y, self.order = torch.sort(x, dim=-1)
        return y

    def backward(self, grad_output: Tensor) -> Tensor:
        return torch.zeros_like(grad_output).scatter(-1, self.order, grad_output)


class Permuted(Module):
    """Takes the features in another order by indexed writing."""

    def forward(self, x: Tensor) -> Tensor:
        self.rows = torch.arange(x.size(-1)).flip(0)
        return torch.zeros_like(x).index_copy_(-1, self.rows, x)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output.index_select(-1, self.rows)


class Noise(Module):
    """Adds normal noise in training, drawn by PyTorch."""

    depends_on_mode = True

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        return x + 0.1 * torch.randn(x.shape, dtype=x.dtype, generator=self.generator)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class Failing(Module):
    """Fails once an output is large: an operation that raises in the middle of replayed steps."""

    def forward(self, x: Tensor) -> Tensor:
        self.factor = torch.linalg.cholesky(torch.eye(2, dtype=x.dtype) * (5 - x.abs().max()))
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class Folding(Optimizer):
    """Limits steps by a remainder of a number that changes, and gradients by their norm."""

    def attach(self, parameters) -> None:
        super().attach(parameters)
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        value, grad = self.block
        value.sub_(torch.fmod(0.1 * grad / grad.norm().clamp(min=1.0), 0.5 / self.steps))

    def state(self) -> dict[str, Tensor]:
        return {}


@pytest.mark.parametrize("layer", [Convolution, Sorted, Permuted, Noise])
def test_operations_without_a_kernel_give_the_same_training(layer) -> None:
    runs = [ready_run(Sequential([Linear(8), layer(), Linear(2)]), "mse", "sgd:lr=0.1") for _ in range(2)]
    train_natively(runs[0])
    train_in_python(runs[1])
    assert difference(*runs) < 1e-10


def test_numbers_that_change_reach_operations_without_a_kernel() -> None:
    runs = [ready_run("linear:8,tanh,linear:2", "mse", Folding()) for _ in range(2)]
    train_natively(runs[0])
    train_in_python(runs[1])
    assert difference(*runs) < 1e-10


def test_the_exception_of_an_operation_names_the_part() -> None:
    runs = [ready_run(Sequential([Linear(8), Failing(), Linear(2)]), "mse", "sgd:lr=2.0") for _ in range(2)]
    train(Native(), runs[:1])
    train_in_python(runs[1])
    assert "failing" in str(runs[0].failure)
    assert runs[0].step == runs[1].step
