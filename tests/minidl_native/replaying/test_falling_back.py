"""Runs that cannot be replayed are trained in Python."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core import FitResult, Module, Sequential, Shape, fit, sequential


class Baseline(Module):
    """Subtracts a running mean, which is another tensor after each step."""

    def build(self, in_shape: Shape) -> Shape:
        self.mean = torch.zeros(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.mean = 0.9 * self.mean + 0.1 * x.mean(0)
        return x - self.mean

    def backward(self, grad_output: Tensor) -> Tensor:
        return 0.9 * grad_output


def trained(engine: str) -> FitResult:
    chain = Sequential([*sequential("linear:5"), Baseline(), *sequential("linear:2")])
    return fit(chain, "disk:train=50:test=10", epochs=2, loss="mse", engine=engine)


def test_a_first_step_in_python_is_followed_by_further_ones() -> None:
    native, python = trained("native"), trained("python")
    assert "baseline at position 2, line " in native.notices[-1].message
    assert native.history == python.history
