"""Stochastic gradient descent takes the same steps as PyTorch's, with all of its settings."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core import Parameter, SettingError
from minidl_optimizers.sgd import SGD
from tests.support.trajectories import assert_same_trajectory

LR = st.sampled_from([0.0, 1e-3, 0.01, 1.0]) | st.floats(0, 1)
MOMENTUM = st.sampled_from([0.0, 0.9, 1.0]) | st.floats(0, 1)
WEIGHT_DECAY = st.sampled_from([0.0, 1e-4]) | st.floats(0, 1)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), LR, MOMENTUM, st.sampled_from([0.0, 1.0]) | st.floats(-1, 1), WEIGHT_DECAY)
def test_fifty_steps_equal_those_of_torch(
    seed: int, lr: float, momentum: float, dampening: float, weight_decay: float
) -> None:
    given_settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}

    assert_same_trajectory(SGD(**given_settings), torch.optim.SGD, given_settings, seed)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), LR, st.sampled_from([0.9, 1.0]) | st.floats(1e-3, 1), WEIGHT_DECAY)
def test_fifty_steps_with_nesterov_equal_those_of_torch(
    seed: int, lr: float, momentum: float, weight_decay: float
) -> None:
    given_settings = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": True}

    assert_same_trajectory(SGD(**given_settings), torch.optim.SGD, given_settings, seed)


def test_without_momentum_the_state_is_empty() -> None:
    optimizer = SGD(weight_decay=0.1)
    optimizer.attach([Parameter(torch.ones(2))])

    assert optimizer.state() == {}


def test_dampening_without_momentum_has_no_effect_as_in_torch() -> None:
    given_settings = {"lr": 0.1, "dampening": 0.5}

    assert_same_trajectory(SGD(**given_settings), torch.optim.SGD, given_settings, 0)


@pytest.mark.parametrize(
    "given_settings",
    [
        {"lr": -0.1},
        {"lr": float("nan")},
        {"lr": 1e31},
        {"lr": "0.1"},
        {"lr": None},
        {"momentum": (0.9,)},
        {"momentum": -0.1},
        {"momentum": float("inf")},
        {"dampening": float("nan")},
        {"weight_decay": -1e-9},
        {"nesterov": True},
        {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
    ],
)
def test_settings_that_torch_refuses_or_float32_cannot_hold_are_refused(given_settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=rf"sgd: {next(iter(given_settings))} must be"):
        SGD(**given_settings)


@pytest.mark.parametrize("momentum", [0.0, 1e8])
def test_the_largest_settings_are_within_the_range_of_float32(momentum: float) -> None:
    optimizer = SGD(1e30, momentum, weight_decay=1e8, nesterov=momentum > 0)
    parameter = Parameter(torch.zeros(2))
    optimizer.attach([parameter])
    parameter.grad.fill_(1e-8)
    optimizer.step()

    assert parameter.value.isfinite().all()
