"""Calls out of order are explained, and only these."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import Module, OrderError, Parameter
from minidl_core.assembly import make


class Gain(Module):
    """It multiplies by a number that is learned."""

    def build(self, in_shape: minidl.Shape) -> minidl.Shape:
        self.gain = Parameter(torch.ones(1))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x = x
        return x * self.gain.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.gain.grad.copy_((grad_output * self.x).sum())
        return grad_output * self.gain.value


class Misspelt(Gain):
    """It asks another object for what it does not have."""

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output.no_such_method()


def test_forward_before_build_backward_before_forward_and_step_before_attach_say_what_comes_first() -> None:
    with pytest.raises(
        OrderError, match=r"gain\.forward needs self\.gain, which is not set: call build first, and set it there$"
    ):
        Gain().forward(torch.ones(2, 3))
    layer = Gain()
    layer.build((3,))
    with pytest.raises(OrderError, match=r"gain\.backward needs self\.x, which .*: call forward first"):
        layer.backward(torch.ones(2, 3))
    with pytest.raises(OrderError, match=r"sgd\.step needs self\.block, .* call attach first"):
        make("optimizer", "sgd").step()
    with pytest.raises(OrderError, match=r"mse\.backward needs self\.\w+, .* call forward first"):
        make("loss", "mse").backward()


def test_a_method_that_has_succeeded_once_is_called_directly() -> None:
    layer = Gain()
    layer.build((3,))
    assert "forward" in vars(layer)
    layer.forward(torch.ones(2, 3))
    layer.backward(torch.ones(2, 3))
    assert not {"forward", "backward"} & vars(layer).keys()


def test_a_missing_attribute_of_another_object_is_reported_unchanged() -> None:
    layer = Misspelt()
    layer.build((3,))
    layer.forward(torch.ones(2, 3))
    with pytest.raises(AttributeError, match="no_such_method") as caught:
        layer.backward(torch.ones(2, 3))
    assert not isinstance(caught.value, OrderError)


class MisspeltInput(Gain):
    """It keeps the input under one name and reads it under another."""

    def forward(self, x: Tensor) -> Tensor:
        self.inputs = x
        return x * self.gain.value

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.input  # type: ignore[attr-defined, no-any-return]


def test_an_attribute_with_two_spellings_is_reported_with_both() -> None:
    layer = MisspeltInput()
    layer.build((3,))
    layer.forward(torch.ones(2, 3))
    with pytest.raises(OrderError, match=r"needs self\.input, .*; or did you mean self\.inputs\?"):
        layer.backward(torch.ones(2, 3))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copy_stands_for_itself(copied: object) -> None:
    layer = Gain()
    layer.build((3,))
    other = copied(layer)  # type: ignore[operator]
    layer.forward(torch.ones(2, 3))
    with pytest.raises(OrderError, match="call forward first"):
        other.backward(torch.ones(2, 3))
    other.forward(2 * torch.ones(2, 3))
    assert (layer.x == 1).all()
    assert (other.x == 2).all()


def test_methods_that_are_put_in_place_of_others_stay_there() -> None:
    layer = Gain()
    layer.build((3,))
    calls: list[int] = []
    direct = layer.forward

    def counted(x: Tensor) -> Tensor:
        calls.append(1)
        return direct(x)

    layer.forward = counted  # type: ignore[method-assign]
    for _ in range(3):
        layer.forward(torch.ones(2, 3))
    assert len(calls) == 3


def test_arguments_may_be_named_from_the_first_call_on() -> None:
    layer = Gain()
    layer.build(in_shape=(3,))
    for _ in range(2):
        assert layer.forward(x=torch.ones(2, 3)).shape == (2, 3)
        assert layer.backward(grad_output=torch.ones(2, 3)).shape == (2, 3)


class Rectifier(Module):
    """Its passes are functions of others."""

    forward = staticmethod(torch.relu)  # type: ignore[assignment]
    backward = staticmethod(torch.relu)  # type: ignore[assignment]


def test_a_pass_may_be_a_function_that_knows_no_layer() -> None:
    layer = Rectifier()
    for _ in range(2):
        assert layer.forward(-torch.ones(2, 3)).sum() == 0
        assert layer.backward(torch.ones(2, 3)).sum() == 6
