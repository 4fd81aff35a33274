"""Parameters, their immediate and deferred gradients, and their block of memory."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import Parameter, generator
from minidl_core.interfaces.block import Block, consolidate


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


# the shapes of the value, and of what its gradient is described by: a product's two, or a sum's one
DESCRIBED = [
    ((3, 4), (3, 5), (5, 4)),
    ((3,), (3, 5)),
    ((3,), (3, 600)),
    ((2, 3, 4), (2, 3, 5), (2, 5, 4)),
    ((2, 3), (2, 3, 5)),
]


def describe(parameter: Parameter, parts: list[torch.Tensor]) -> torch.Tensor:
    """Describe the gradient, and return what it should be."""
    if len(parts) == 2:
        parameter.set_grad_product(*parts)
        return parts[0] @ parts[1]
    parameter.set_grad_sum(*parts)
    return parts[0].sum(-1)


@pytest.mark.parametrize("defers", [False, True])
@pytest.mark.parametrize("shapes", DESCRIBED)
def test_a_described_gradient_is_there_when_asked_for(shapes: Any, defers: bool) -> None:
    parameter = Parameter(drawn(*shapes[0]))
    parameter.defers = defers
    for seed in (1, 2):
        expected = describe(
            parameter, [drawn(*shape, seed=seed + 10 * place) for place, shape in enumerate(shapes[1:])]
        )
        torch.testing.assert_close(parameter.grad, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("defers", [False, True])
@pytest.mark.parametrize("decay", [1.0, 0.9])
@pytest.mark.parametrize("shapes", DESCRIBED)
def test_adding_the_gradient_gives_the_same_whether_deferred_or_not(shapes: Any, decay: float, defers: bool) -> None:
    parameter = Parameter(drawn(*shapes[0]))
    block = consolidate([parameter, Parameter(drawn(2))])
    block.parameters[1].grad.copy_(drawn(2, seed=5))
    block.defer(wanted=defers)
    before = block.value.clone()
    grad = describe(parameter, [drawn(*shape, seed=3 + place) for place, shape in enumerate(shapes[1:])])
    block.add_grad(-0.1, decay)
    expected = decay * before - 0.1 * torch.cat([grad.reshape(-1), drawn(2, seed=5)])
    torch.testing.assert_close(block.value, expected, rtol=1e-12, atol=1e-12)


def test_the_block_holds_deferred_gradients_when_asked_for_them() -> None:
    block = consolidate([Parameter(drawn(3, 4)), Parameter(drawn(3))])
    block.defer(wanted=True)
    for seed, deferring in ((0, True), (5, True), (9, False)):
        weight = describe(block.parameters[0], [drawn(3, 5, seed=seed), drawn(5, 4, seed=seed)])
        bias = describe(block.parameters[1], [drawn(3, 5, seed=seed)])
        block.defer(wanted=deferring)
        torch.testing.assert_close(block.grad, torch.cat([weight.reshape(-1), bias]), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shapes", DESCRIBED)
def test_a_deferred_gradient_that_nobody_asked_for_does_not_come_back(shapes: Any) -> None:
    parameter = Parameter(drawn(*shapes[0]))
    parameter.grad.zero_()
    parameter.defers = True
    describe(parameter, [drawn(*shape) for shape in shapes[1:]])
    parameter.defers = False
    expected = describe(parameter, [drawn(*shape, seed=7 + place) for place, shape in enumerate(shapes[1:])])
    torch.testing.assert_close(parameter.grad, expected, rtol=1e-12, atol=1e-12)


def test_parameters_lie_in_one_block_and_references_to_them_see_changes() -> None:
    parameters = [Parameter(drawn(3, 4)), Parameter(drawn(3))]
    held = [(parameter.value, parameter.grad) for parameter in parameters]
    block = consolidate(parameters)
    block.value.fill_(1.0)
    block.grad.fill_(2.0)
    for value, grad in held:
        assert (value == 1).all()
        assert (grad == 2).all()
    assert consolidate(parameters) is block


@pytest.mark.parametrize("place", [0, 1, 2])
def test_numbers_that_are_assigned_come_to_their_place_in_the_block(place: int) -> None:
    parameters = [Parameter(drawn(3)), Parameter(drawn(2)), Parameter(drawn(2, 2))]
    block = consolidate(parameters)
    shape = parameters[place].value.shape
    parameters[place].value = torch.full(shape, 7.0).double()
    parameters[place].grad = torch.full(shape, 3.0).double()
    assert consolidate(parameters) is block
    values, grads = (torch.cat([pair[side].view(-1) for pair in map(tuple, parameters)]) for side in (0, 1))
    assert torch.equal(block.value, values)
    assert (parameters[place].value == 7).all()
    assert torch.equal(block.grad, grads)
    assert (parameters[place].grad == 3).all()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_parameter_that_has_left_its_block_is_moved_into_a_new_one(place: int) -> None:
    parameters = [Parameter(drawn(3)), Parameter(drawn(2)), Parameter(drawn(2, 2))]
    block = consolidate(parameters)
    block.grad.fill_(1.0)
    single = consolidate([parameters[place]])
    single.value.fill_(7.0)
    again = consolidate(parameters)
    assert again is not block
    again.value.mul_(2)
    assert (parameters[place].value == 14).all()
    assert torch.equal(again.value, torch.cat([parameter.value.view(-1) for parameter in parameters]))
    assert (again.grad == 1).all()


def test_a_parameter_of_another_size_leaves_its_block() -> None:
    parameters = [Parameter(drawn(3)), Parameter(drawn(2))]
    block = consolidate(parameters)
    parameters[1].value = torch.ones(4).double()
    parameters[1].grad = torch.zeros(4).double()
    again = consolidate(parameters)
    assert again is not block
    assert again.value.shape == again.grad.shape == (7,)


def test_parameters_of_two_types_have_no_block() -> None:
    with pytest.raises(ValueError, match="differ in type or device"):
        Block([Parameter(torch.ones(1)), Parameter(torch.ones(1).double())])


def test_a_gradient_allocated_while_training_can_be_written_to_later() -> None:
    parameter = Parameter(drawn(3))
    with torch.inference_mode():
        grad = parameter.grad
    grad.add_(1)
    assert torch.equal(parameter.grad, torch.ones(3).double())


def test_a_block_takes_numbers_that_are_assigned_to_it() -> None:
    parameters = [Parameter(drawn(3)), Parameter(drawn(2, 2))]
    block = consolidate(parameters)
    block.value = block.value * 2
    block.grad = torch.full((7,), 5.0).double()
    assert torch.equal(parameters[0].value, 2 * drawn(3))
    assert (parameters[1].grad == 5).all()
    block.parameters[0].set_grad_sum(drawn(3, 4))
    assert (parameters[0].grad != 5).all()


def test_a_view_of_a_parameter_can_be_assigned_to_it() -> None:
    parameter = Parameter(drawn(3, 3))
    consolidate([parameter, Parameter(drawn(2))])
    parameter.value = parameter.value.mT
    assert torch.equal(parameter.value, drawn(3, 3).mT)
