"""What every registered optimizer must satisfy."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from settings import cases, label

from minidl_core import Optimizer, Parameter, generator

every_optimizer = pytest.mark.parametrize(("name", "part", "settings"), cases("optimizer"), ids=label)


def parameters(seed: int = 0) -> list[Parameter]:
    source = generator(seed)
    return [Parameter(torch.randn(shape, dtype=torch.float64, generator=source)) for shape in ((3, 2), (3,), (1, 3))]


def gradients(step: int) -> list[torch.Tensor]:
    return [p.value for p in parameters(100 + step)]


def take_steps(optimizer: Optimizer, attached: list[Parameter], steps: range) -> None:
    for step in steps:
        for parameter, gradient in zip(attached, gradients(step), strict=True):
            parameter.grad.copy_(gradient)
        optimizer.step()


@every_optimizer
def test_a_step_changes_every_parameter_and_no_gradient(name: str, part: type[Optimizer], settings: Any) -> None:
    optimizer, attached, before = part(**settings), parameters(), parameters()
    optimizer.attach(attached)
    take_steps(optimizer, attached, range(1))
    for parameter, untouched, gradient in zip(attached, before, gradients(0), strict=True):
        assert not torch.equal(parameter.value, untouched.value)
        assert torch.equal(parameter.grad, gradient)


@every_optimizer
def test_a_restored_state_goes_on_exactly_as_if_never_stopped(name: str, part: type[Optimizer], settings: Any) -> None:
    whole, attached = part(**settings), parameters()
    whole.attach(attached)
    take_steps(whole, attached, range(3))
    state = {key: tensor.clone() for key, tensor in whole.state().items()}
    resumed, restored = part(**settings), [Parameter(p.value.clone()) for p in attached]
    resumed.attach(restored)
    resumed.load_state(state)
    take_steps(whole, attached, range(3, 6))
    take_steps(resumed, restored, range(3, 6))
    for ours, theirs in zip(restored, attached, strict=True):
        assert torch.equal(ours.value, theirs.value)


@every_optimizer
def test_many_small_steps_lead_down_a_bowl(name: str, part: type[Optimizer], settings: Any) -> None:
    optimizer, (parameter,) = part(**settings), [Parameter(torch.full((4,), 3.0))]
    optimizer.attach([parameter])
    for _ in range(20):
        parameter.grad.copy_(parameter.value)
        optimizer.step()
    assert bool((parameter.value.abs() < 3).all())
