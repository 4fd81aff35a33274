"""Adam and AdamW take the same steps as PyTorch's, with all of their settings."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_core import Optimizer, Parameter, SettingError
from minidl_core.assembly import make
from minidl_optimizers.adam import Adam
from minidl_optimizers.adamw import AdamW
from tests.support.trajectories import assert_same_trajectory

TWINS = st.sampled_from([(Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)])
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([0.0, 1e-3, 1.0]) | st.floats(0, 1),
        "betas": st.tuples(
            st.sampled_from([0.0, 0.5, 0.9]) | st.floats(0, 0.99), st.sampled_from([0.0, 0.999]) | st.floats(0, 0.9999)
        ),
        "eps": st.sampled_from([1e-8, 1e-3, 1.0]),
        "weight_decay": st.sampled_from([0.0, 0.01]) | st.floats(0, 1),
        "amsgrad": st.booleans(),
    },
)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 1000), TWINS, SETTINGS)
def test_fifty_steps_equal_those_of_torch(seed: int, twins: tuple[Any, Any], given_settings: dict[str, Any]) -> None:
    ours, theirs = twins

    assert_same_trajectory(ours(**given_settings), theirs, given_settings, seed)


@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("part", [Adam, AdamW])
def test_the_state_has_the_names_of_torch(part: type[Adam], amsgrad: bool) -> None:
    optimizer, leaf = part(amsgrad=amsgrad), torch.ones(2, requires_grad=True)
    optimizer.attach([Parameter(torch.ones(2))])
    twin = torch.optim.Adam([leaf], amsgrad=amsgrad)
    leaf.grad = torch.ones(2)
    twin.step()

    assert set(optimizer.state()) == set(twin.state[leaf])


def test_betas_can_be_written_in_a_specification() -> None:
    optimizer = make("optimizer", "adam:betas=0.8+0.95:amsgrad=true")

    assert optimizer.settings == {"betas": (0.8, 0.95), "amsgrad": True}


@pytest.mark.parametrize("part", [Adam, AdamW])
@pytest.mark.parametrize(
    "given_settings",
    [
        {"lr": -0.1},
        {"lr": float("nan")},
        {"lr": 1e21},
        {"lr": "0.1"},
        {"lr": None},
        {"betas": 0.9},
        {"betas": "12"},
        {"betas": (0.9, None)},
        {"betas": (1.0, 0.9)},
        {"betas": (0.9, -0.1)},
        {"betas": (0.9, float("nan"))},
        {"betas": (0.9,)},
        {"eps": -1e-8},
        {"weight_decay": -1e-9},
    ],
)
def test_settings_that_torch_refuses_or_float32_cannot_hold_are_refused(
    part: type[Adam], given_settings: dict[str, Any]
) -> None:
    with pytest.raises(SettingError, match=rf"{part.label()}: {next(iter(given_settings))} must be"):
        part(**given_settings)


@pytest.mark.parametrize("part", [Adam, AdamW])
def test_the_largest_settings_are_within_the_range_of_float32(part: type[Optimizer]) -> None:
    optimizer = part(1e20, (1 - 1e-16, 1 - 1e-16), 1e8, 1e8)
    parameter = Parameter(torch.ones(2))
    optimizer.attach([parameter])
    parameter.grad.fill_(1)
    optimizer.step()

    assert parameter.value.isfinite().all()
