"""Parameters and their gradients."""

from __future__ import annotations

import copy

import pytest
import torch

import minidl_core as minidl
from minidl_core import Parameter, generator
from minidl_core.interfaces.block import consolidate


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


def test_a_gradient_is_the_tensor_that_was_assigned() -> None:
    parameter, grad = Parameter(drawn(3)), drawn(3, seed=1)
    parameter.grad = grad
    assert parameter.grad is grad
    value, unpacked = parameter
    assert value is parameter.value
    assert unpacked is grad


def test_before_any_backward_pass_the_gradient_is_zero_and_can_be_written_to() -> None:
    parameter = Parameter(drawn(3))
    assert torch.equal(parameter.grad, torch.zeros(3).double())
    parameter.grad.add_(1)
    assert torch.equal(parameter.grad, torch.ones(3).double())


@pytest.mark.parametrize("assigned", [False, True])
def test_a_gradient_of_a_training_step_can_be_written_to_later(assigned: bool) -> None:
    parameter = Parameter(drawn(3))
    with torch.inference_mode():
        parameter.grad = torch.zeros(3).double() if assigned else parameter.grad
    parameter.grad.add_(1)
    assert torch.equal(parameter.grad, torch.ones(3).double())


def test_a_view_of_a_parameter_can_be_assigned_to_it() -> None:
    parameter = Parameter(drawn(3, 3))
    consolidate([parameter, Parameter(drawn(2))])
    parameter.value = parameter.value.mT
    assert torch.equal(parameter.value, drawn(3, 3).mT)


def test_a_copied_network_has_parameters_in_a_block_of_its_own() -> None:
    model = minidl.sequential("linear:3,relu,linear:2")
    model.build(4)
    other = copy.deepcopy(model)
    block = consolidate(other.parameters())
    assert block.holds(other.parameters())
    assert not block.holds(model.parameters())
    for parameter in other.parameters():
        parameter.grad = torch.ones_like(parameter.value)
    before = block.value.clone()
    block.add_grad(-1.0)
    assert torch.equal(block.value, before - 1)
    assert torch.equal(consolidate(model.parameters()).value, before)
