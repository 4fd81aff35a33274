"""Parameters in one block of memory, and their gradients in another once they are asked for."""

from __future__ import annotations

import weakref

import pytest
import torch
from torch import Tensor

from minidl_core import OrderError, Parameter, generator
from minidl_core.interfaces.block import Block, consolidate

SHAPES = [(3, 4), (3,), (), (0,), (2, 3)]


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=generator(seed))


def parameters() -> list[Parameter]:
    return [Parameter(drawn(*shape, seed=seed)) for seed, shape in enumerate(SHAPES)]


def give_grads(given: list[Parameter], seed: int = 10) -> Tensor:
    """Set gradients, and return them as one vector."""
    for place, parameter in enumerate(given):
        parameter.grad = drawn(*parameter.value.shape, seed=seed + place)
    return flat([parameter.grad for parameter in given])


def flat(tensors: list[Tensor]) -> Tensor:
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


def test_values_lie_in_one_block_and_references_to_them_see_changes() -> None:
    own = parameters()
    held = [parameter.value for parameter in own]
    block = consolidate(own)
    block.value.fill_(1.0)
    assert all((value == 1).all() for value in held)
    assert [parameter.value is value for parameter, value in zip(own, held, strict=True)] == [True] * len(own)
    assert consolidate(own) is block


@pytest.mark.parametrize("place", range(len(SHAPES)))
def test_a_value_that_is_assigned_comes_to_its_place(place: int) -> None:
    own = parameters()
    block = consolidate(own)
    own[place].value = torch.full(own[place].value.shape, 7.0).double()
    assert consolidate(own) is block
    assert torch.equal(block.value, flat([parameter.value for parameter in own]))
    assert (own[place].value == 7).all()


@pytest.mark.parametrize("place", range(len(SHAPES)))
def test_a_parameter_that_has_left_its_block_is_moved_into_a_new_one(place: int) -> None:
    own = parameters()
    block = consolidate(own)
    block.grad.fill_(1.0)
    single = consolidate([own[place]])
    single.value.fill_(7.0)
    again = consolidate(own)
    assert again is not block
    again.value.mul_(2)
    assert (own[place].value == 14).all()
    assert torch.equal(again.value, flat([parameter.value for parameter in own]))
    assert (again.grad == 1).all()


def test_a_parameter_of_another_size_leaves_its_block() -> None:
    own = [Parameter(drawn(3)), Parameter(drawn(2))]
    block = consolidate(own)
    own[1].value = torch.ones(4).double()
    own[1].grad = torch.zeros(4).double()
    again = consolidate(own)
    assert again is not block
    assert again.value.shape == again.grad.shape == (7,)


def test_parameters_of_two_types_have_no_block() -> None:
    with pytest.raises(ValueError, match="differ in type or device"):
        Block([Parameter(torch.ones(1)), Parameter(torch.ones(1).double())])


def test_the_gradients_are_those_of_the_last_backward_pass() -> None:
    own = parameters()
    block = consolidate(own)
    memory = block.grad.data_ptr()
    for seed in (10, 20, 30):
        expected = give_grads(own, seed)
        for _ in range(2):
            assert torch.equal(block.grad, expected)
        assert torch.equal(flat([parameter.grad for parameter in own]), expected)
        assert block.grad.data_ptr() == memory


def test_some_of_the_gradients_may_be_set_again() -> None:
    own = parameters()
    block = consolidate(own)
    give_grads(own)
    block.grad.mul_(2)
    own[1].grad = drawn(3, seed=99)
    expected = flat([drawn(*shape, seed=10 + place) * 2 for place, shape in enumerate(SHAPES)])
    expected[12:15] = drawn(3, seed=99)
    assert torch.equal(block.grad, expected)


@pytest.mark.parametrize("gathered", [False, True])
@pytest.mark.parametrize("by", ["parameters", "block", "assignment"])
def test_what_is_done_to_the_gradients_before_the_update_holds(by: str, gathered: bool) -> None:
    own = parameters()
    block = consolidate(own)
    expected = give_grads(own) / 2
    if gathered:
        assert block.grad.numel() == expected.numel()
    if by == "parameters":
        for parameter in own:
            parameter.grad.mul_(0.5)
    elif by == "block":
        block.grad.mul_(0.5)
    else:
        block.grad = block.grad / 2
    before = block.value.clone()
    assert torch.equal(flat([parameter.grad for parameter in own]), expected)
    block.add_grad(-1.0)
    assert torch.equal(block.value, before - expected)
    assert torch.equal(block.grad, expected)


@pytest.mark.parametrize("decay", [1.0, 0.9])
@pytest.mark.parametrize("gathered", [False, True])
def test_adding_the_gradient_needs_no_gathering(decay: float, gathered: bool) -> None:
    own = parameters()
    block = consolidate(own)
    expected = decay * block.value - 0.1 * give_grads(own)
    if gathered:
        assert block.grad.numel() == expected.numel()
    block.add_grad(-0.1, decay)
    torch.testing.assert_close(block.value, expected, rtol=1e-12, atol=1e-12)


def test_gradients_set_after_gathering_are_those_that_are_added() -> None:
    own = parameters()
    block = consolidate(own)
    give_grads(own)
    assert block.grad.numel()
    expected = block.value + give_grads(own, 20)
    block.add_grad(1.0)
    torch.testing.assert_close(block.value, expected, rtol=1e-12, atol=1e-12)


def test_gradients_that_no_layer_set_are_zero() -> None:
    own = parameters()
    block = consolidate(own)
    own[0].grad = drawn(3, 4, seed=10)
    before = block.value.clone()
    block.add_grad(1.0)
    assert torch.equal(block.value[:12], before[:12] + drawn(12, seed=10))
    assert torch.equal(block.value[12:], before[12:])
    assert torch.equal(block.grad[:12], drawn(12, seed=10))
    assert (block.grad[12:] == 0).all()


def test_a_block_without_parameters_can_be_updated() -> None:
    block = consolidate([])
    block.add_grad(-0.1, 0.9)
    assert block.value.numel() == block.grad.numel() == 0


def test_gradients_that_were_forgotten_say_why() -> None:
    own = parameters()
    block = consolidate(own)
    give_grads(own)
    assert block.grad.numel()
    block.forget_grads("the steps keep no gradients: set run.keep_gradients = True")
    for read in (lambda: own[0].grad, lambda: block.grad, lambda: tuple(own[1]), lambda: block.add_grad(1.0)):
        with pytest.raises(OrderError, match="set run.keep_gradients = True"):
            read()
    expected = give_grads(own, 20)
    assert torch.equal(block.grad, expected)
    block.forget_grads()
    assert (block.grad == 0).all()


def test_the_values_of_a_block_can_be_assigned() -> None:
    own = parameters()
    block = consolidate(own)
    block.value = block.value * 2
    assert torch.equal(own[0].value, 2 * drawn(3, 4))


@pytest.mark.parametrize("large", [False, True])
def test_gradients_that_nothing_gathered_are_released_if_they_are_large(
    large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minidl_core.interfaces.block.LARGE", 0 if large else 10**6)
    own = parameters()
    block = consolidate(own)
    expected = give_grads(own)
    assert torch.equal(block.grad, expected)
    own[0].grad = torch.ones(3, 4).double()
    kept = weakref.ref(own[0].grad)
    block.release_grads()
    assert (kept() is None) == large
    assert torch.equal(flat([one.grad for one in own[1:]]), expected[12:])
    assert (own[0].grad == (0 if large else 1)).all()
    assert torch.equal(block.grad[12:], expected[12:])
    give_grads(own, 20)
    block.release_grads()
    assert torch.equal(block.grad, 0 * give_grads(parameters()) if large else give_grads(parameters(), 20))
