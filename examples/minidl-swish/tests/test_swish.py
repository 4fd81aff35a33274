"""The layer: minidl's conformance tests, and its values."""

from __future__ import annotations

import minidl
import pytest
import torch
from minidl.testing import conformance

from minidl_swish.swish import Swish

TestSwish = conformance(Swish)


def test_with_beta_1_it_is_silu() -> None:
    x = torch.linspace(-20, 20, 101, dtype=torch.float64)
    torch.testing.assert_close(Swish().forward(x), torch.nn.functional.silu(x))


def test_with_beta_0_it_is_half_the_identity() -> None:
    x = torch.linspace(-2, 2, 5)
    layer = Swish(beta=0)
    assert layer.forward(x).equal(x / 2)
    assert layer.backward(torch.ones(5)).equal(torch.full((5,), 0.5))


def test_with_large_beta_it_is_nearly_relu_and_does_not_overflow() -> None:
    x = torch.tensor([-1e30, -100.0, 0.0, 100.0, 1e30])
    layer = Swish(beta=100)
    assert layer.forward(x).tolist() == torch.relu(x).tolist()
    assert layer.backward(torch.ones(5)).tolist() == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize("beta", [-1.0, float("inf"), float("nan")])
def test_beta_is_finite_and_not_negative(beta: float) -> None:
    with pytest.raises(minidl.SettingError, match="swish: beta must be finite and at least 0"):
        Swish(beta)
