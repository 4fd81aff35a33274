"""What every registered layer must satisfy."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from settings import cases, label
from torch import Tensor

from minidl_core import Module, OrderError, Parameter, Sequential, generator, sequential, spec_of

FEATURES = 4
every_layer = pytest.mark.parametrize(("name", "part", "settings"), cases("layer"), ids=label)


def built(part: type[Module], settings: dict[str, Any], seed: int = 0, dtype: torch.dtype = torch.float64) -> Module:
    layer = part(**settings).prepare(generator(seed), dtype)
    layer.build((FEATURES,))
    return layer


def drawn(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


def central_differences(function: Any, tensor: Tensor, step: float = 1e-6) -> Tensor:
    """Return the derivative of a number with respect to a tensor's elements, changing each in place."""
    gradient = torch.empty_like(tensor)
    for index in range(tensor.numel()):
        place = tensor.view(-1)
        kept = place[index].item()
        place[index] = kept + step
        above = function()
        place[index] = kept - step
        below = function()
        place[index] = kept
        gradient.view(-1)[index] = (above - below) / (2 * step)
    return gradient


@every_layer
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_gradients_are_those_of_central_differences(name: str, part: type[Module], settings: Any, batch: int) -> None:
    layer, x = built(part, settings), drawn(batch, FEATURES)
    grad_output = drawn(*layer.forward(x).shape, seed=2)

    def weighted() -> float:
        return float((layer.forward(x) * grad_output).sum())

    expected = {"x": central_differences(weighted, x)}
    expected |= {key: central_differences(weighted, p.value) for key, p in layer.named_parameters().items()}
    layer.forward(x)
    found = {"x": layer.backward(grad_output)} | {key: p.grad for key, p in layer.named_parameters().items()}
    for key, gradient in expected.items():
        torch.testing.assert_close(
            found[key], gradient, rtol=1e-6, atol=1e-8, msg=lambda m, key=key: f"{name}.{key}: {m}"
        )


@every_layer
def test_gradients_are_those_of_autograd(name: str, part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings), drawn(5, FEATURES).requires_grad_()
    for parameter in layer.parameters():
        parameter.value.requires_grad_()
    y = layer.forward(x)
    grad_output = drawn(*y.shape, seed=2)
    expected = torch.autograd.grad(y, [x, *(p.value for p in layer.parameters())], grad_output)
    with torch.no_grad():
        layer.forward(x)
        found = [layer.backward(grad_output), *(p.grad for p in layer.parameters())]
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@every_layer
def test_backward_replaces_gradients_and_adds_to_nothing(name: str, part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings), drawn(5, FEATURES)
    grad_output = drawn(*layer.forward(x).shape, seed=2)
    layer.backward(grad_output)
    first = [p.grad.clone() for p in layer.parameters()]
    for parameter in layer.parameters():
        parameter.grad.fill_(float("nan"))
    layer.forward(x)
    layer.backward(grad_output)
    for parameter, gradient in zip(layer.parameters(), first, strict=True):
        assert torch.equal(parameter.grad, gradient)


@every_layer
def test_backward_parameters_gives_the_gradients_of_backward(name: str, part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings), drawn(5, FEATURES)
    grad_output = drawn(*layer.forward(x).shape, seed=2)
    layer.backward(grad_output)
    first = [p.grad.clone() for p in layer.parameters()]
    for parameter in layer.parameters():
        parameter.grad.fill_(float("nan"))
    layer.backward_parameters(grad_output)
    for parameter, gradient in zip(layer.parameters(), first, strict=True):
        assert torch.equal(parameter.grad, gradient)


@every_layer
def test_neither_pass_changes_what_it_is_given(name: str, part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings), drawn(5, FEATURES)
    kept = x.clone()
    grad_output = drawn(*layer.forward(x).shape, seed=2)
    kept_grad = grad_output.clone()
    layer.backward(grad_output)
    assert torch.equal(x, kept)
    assert torch.equal(grad_output, kept_grad)


@every_layer
def test_the_output_has_the_shape_that_build_announces(name: str, part: type[Module], settings: Any) -> None:
    layer = part(**settings).prepare(generator(0), torch.float32)
    out_shape = layer.build((FEATURES,))
    for batch in (1, 2, 7):
        y = layer.forward(drawn(batch, FEATURES).float())
        assert y.shape == (batch, *out_shape)
        assert y.dtype == torch.float32
        assert layer.backward(torch.ones_like(y)).shape == (batch, FEATURES)


@every_layer
def test_runs_stacked_in_front_equal_each_alone(name: str, part: type[Module], settings: Any) -> None:
    alone = [built(part, settings, seed) for seed in range(3)]
    stacked = copy.deepcopy(alone[0])
    for key, parameter in stacked.named_parameters().items():
        together = Parameter(torch.stack([layer.named_parameters()[key].value for layer in alone]))
        parameter.value, parameter.grad = together
    x = drawn(3, 5, FEATURES)
    y = stacked.forward(x)
    grad_output = drawn(*y.shape, seed=2)
    grad_input = stacked.backward(grad_output)
    for run, layer in enumerate(alone):
        torch.testing.assert_close(y[run], layer.forward(x[run]), rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(grad_input[run], layer.backward(grad_output[run]), rtol=1e-10, atol=1e-12)
        for key, parameter in layer.named_parameters().items():
            gradient = stacked.named_parameters()[key].grad[run]
            torch.testing.assert_close(gradient, parameter.grad, rtol=1e-10, atol=1e-12)


@every_layer
def test_memory_kept_from_step_to_step_changes_no_number(name: str, part: type[Module], settings: Any) -> None:
    fresh, kept = built(part, settings), built(part, settings)
    kept.keep_memory(drawn(5, FEATURES), part(**settings).build((FEATURES,)))
    for seed in (3, 4):
        x = drawn(5, FEATURES, seed=seed)
        expected = fresh.forward(x)
        assert torch.equal(kept.forward(x), expected)
        grad_output = drawn(*expected.shape, seed=seed + 10)
        assert torch.equal(kept.backward(grad_output), fresh.backward(grad_output))
    for ours, theirs in zip(kept.parameters(), fresh.parameters(), strict=True):
        assert torch.equal(ours.grad, theirs.grad)


@every_layer
def test_input_that_is_not_contiguous_gives_the_same(name: str, part: type[Module], settings: Any) -> None:
    layer, x = built(part, settings), drawn(FEATURES, 5).mT
    expected = layer.forward(x.contiguous())
    assert torch.equal(layer.forward(x), expected)
    grad_output = drawn(expected.shape[1], 5, seed=2).mT
    found = layer.backward(grad_output)
    torch.testing.assert_close(found, layer.backward(grad_output.contiguous()), rtol=1e-12, atol=1e-14)


@every_layer
def test_one_seed_gives_one_layer_and_another_seed_another(name: str, part: type[Module], settings: Any) -> None:
    first, again, other = built(part, settings, 5), built(part, settings, 5), built(part, settings, 6)
    for key, parameter in first.named_parameters().items():
        assert torch.equal(parameter.value, again.named_parameters()[key].value)
    values = [p.value for p in first.parameters()]
    if values:
        assert not all(torch.equal(p.value, v) for p, v in zip(other.parameters(), values, strict=True))


@every_layer
def test_backward_before_forward_is_an_error_that_says_so(name: str, part: type[Module], settings: Any) -> None:
    with pytest.raises(OrderError, match=r"backward.* was called before forward"):
        built(part, settings).backward(drawn(5, FEATURES))


@every_layer
def test_its_specification_makes_the_same_layer(name: str, part: type[Module], settings: Any) -> None:
    chain = Sequential([part(**settings)])
    again = sequential(str(spec_of(chain)))
    assert type(again[0]) is part
    assert again[0].settings == chain[0].settings
    assert spec_of(again) == spec_of(chain)


@every_layer
def test_its_docstring_gives_formulas_and_shapes(name: str, part: type[Module], settings: Any) -> None:
    for heading in ("Forward:", "Backward:", "Shape:"):
        assert heading in (part.__doc__ or "")
