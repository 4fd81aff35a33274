"""Requirements for every layer of minidl in addition to the conformance kit."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from minidl_core import Module, OrderError, ShapeError, generator
from minidl_core.testing.layers import SHAPES
from tests.support.built_in_parts import every


def built(part: type[Module], settings: Any, seed: int = 0) -> tuple[Module, Tensor]:
    """Return a layer, built for the first shape that it accepts, and an input."""
    for shape in SHAPES:
        layer = part(**settings).prepare(generator(seed), torch.float64)
        try:
            layer.build(shape)
        except ShapeError:
            continue
        return layer, random_normal(5, *shape)
    raise AssertionError(f"{part.__name__} accepts none of {SHAPES}")


def random_normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


@every("layer")
def test_gradients_are_those_of_autograd(part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings)
    x.requires_grad_()
    for parameter in layer.parameters():
        parameter.value.requires_grad_()
    y = layer.forward(x)
    grad_output = random_normal(*y.shape, seed=2)
    expected = torch.autograd.grad(y, [x, *(p.value for p in layer.parameters())], grad_output)
    with torch.no_grad():
        found = [layer.backward(grad_output), *(p.grad for p in layer.parameters())]
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@every("layer")
def test_another_seed_gives_another_layer_where_parameters_are_drawn(part: type[Module], settings: Any) -> None:
    (first, _), (other, _) = built(part, settings, 5), built(part, settings, 6)
    draws = not torch.equal(first.generator.get_state(), generator(5).get_state())
    values = [parameter.value for parameter in first.parameters()]
    same = all(map(torch.equal, values, (parameter.value for parameter in other.parameters())))
    assert same is not draws


@every("layer")
def test_backward_before_forward_is_an_error_that_says_so(part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings)
    with pytest.raises(OrderError, match=r"backward.* needs self\.\w+, .* call forward first"):
        layer.backward(x)


@every("layer")
def test_its_docstring_gives_formulas_and_shapes(part: type[Module], settings: Any) -> None:
    for heading in ("Forward:", "Backward:", "Shape:"):
        assert heading in (part.__doc__ or "")
