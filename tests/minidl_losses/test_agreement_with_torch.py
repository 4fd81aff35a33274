"""Losses and their gradients equal PyTorch's, for extreme values too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from minidl_core import Loss
from minidl_losses.bce_with_logits import BCEWithLogits
from minidl_losses.cross_entropy import CrossEntropy
from minidl_losses.huber import Huber
from minidl_losses.mae import MAE

REDUCTIONS = st.sampled_from(["mean", "sum"])
EXTREMES = st.sampled_from([-1e4, -750.0, -40.0, -1.0, -1e-300, -0.0, 0.0, 1e-300, 1.0, 40.0, 750.0, 1e4])
NUMBERS = EXTREMES | st.floats(-50, 50)
SHARES = st.sampled_from([0.0, 1e-12, 0.5, 1.0]) | st.floats(0, 1)
WEIGHTS = st.floats(0.1, 10)


@st.composite
def tensors(draw: st.DrawFn, shape: tuple[int, ...], elements: st.SearchStrategy[float]) -> Tensor:
    """Draw a tensor, sometimes with all elements equal."""
    count = torch.Size(shape).numel()
    numbers = draw(st.lists(elements, min_size=count, max_size=count) | elements.map(lambda number: [number] * count))
    return torch.tensor(numbers, dtype=torch.float64).view(shape)


def passed(loss: Loss, prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    with torch.inference_mode():
        value = loss.forward(prediction, target)
        return value.clone(), loss.backward().clone()


def passed_by_torch(
    loss: Callable[[Tensor, Tensor], Tensor], prediction: Tensor, target: Tensor
) -> tuple[Tensor, Tensor]:
    leaf = prediction.clone().requires_grad_()
    value = loss(leaf, target)
    (gradient,) = torch.autograd.grad(value, leaf)
    return value.detach(), gradient


def assert_same(ours: Loss, theirs: nn.Module, prediction: Tensor, target: Tensor) -> None:
    """Check to a relative 1e-10, and to the rounding of large logits, which remains where terms cancel out."""
    rounding = 1e-14 * max(1.0, float(prediction.nan_to_num(posinf=0, neginf=0).abs().max()))
    for found, expected in zip(
        passed(ours, prediction, target), passed_by_torch(theirs, prediction, target), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-10, atol=rounding, equal_nan=True)


SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 3))


@settings(deadline=None)
@given(st.data(), SHAPES, REDUCTIONS, st.floats(1e-3, 1e3))
def test_mae_and_huber_equal_those_of_torch(data: Any, shape: tuple[int, int], reduction: Any, delta: float) -> None:
    prediction, target = (data.draw(tensors(shape, NUMBERS)) for _ in range(2))

    assert_same(MAE(reduction), nn.L1Loss(reduction=reduction), prediction, target)
    assert_same(Huber(delta, reduction), nn.HuberLoss(reduction, delta), prediction, target)


@settings(deadline=None)
@given(st.data(), SHAPES, REDUCTIONS)
def test_bce_with_logits_equals_that_of_torch(data: Any, shape: tuple[int, int], reduction: Any) -> None:
    prediction, target = data.draw(tensors(shape, NUMBERS)), data.draw(tensors(shape, SHARES))
    weight = data.draw(st.none() | tensors(shape[-1:], WEIGHTS))
    ours = BCEWithLogits(reduction, None if weight is None else tuple(weight.tolist()))

    assert_same(ours, nn.BCEWithLogitsLoss(reduction=reduction, pos_weight=weight), prediction, target)


@st.composite
def cross_entropies(draw: st.DrawFn, classes: int, ignored: st.SearchStrategy[int]) -> tuple[Loss, nn.Module]:
    reduction, smoothing, index = draw(REDUCTIONS), draw(SHARES), draw(ignored)
    weight = draw(st.none() | tensors((classes,), WEIGHTS))
    theirs = nn.CrossEntropyLoss(weight, ignore_index=index, reduction=reduction, label_smoothing=smoothing)
    return CrossEntropy(reduction, smoothing, index, None if weight is None else tuple(weight.tolist())), theirs


@settings(deadline=None)
@given(st.data(), SHAPES)
def test_cross_entropy_of_probabilities_equals_that_of_torch(data: Any, shape: tuple[int, int]) -> None:
    prediction = data.draw(tensors(shape, NUMBERS))
    one_hot = st.lists(st.integers(0, shape[1] - 1), min_size=shape[0], max_size=shape[0]).map(
        lambda classes: torch.eye(shape[1], dtype=torch.float64)[classes]
    )
    target = data.draw(one_hot | tensors(shape, SHARES) | tensors(shape, st.floats(0, 2)))

    assert_same(*data.draw(cross_entropies(shape[1], st.just(-100))), prediction, target)


@settings(deadline=None)
@given(st.data(), SHAPES)
def test_cross_entropy_of_class_indices_equals_that_of_torch(data: Any, shape: tuple[int, int]) -> None:
    ours, theirs = data.draw(cross_entropies(shape[1], st.sampled_from([-100, -1, 0, 1])))
    prediction = data.draw(tensors(shape, NUMBERS))
    possible = sorted({*range(shape[1]), theirs.ignore_index})
    target = torch.tensor(data.draw(st.lists(st.sampled_from(possible), min_size=shape[0], max_size=shape[0])))

    assert_same(ours, theirs, prediction, target)


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int32, torch.int64])
def test_class_indices_may_have_any_integer_dtype(dtype: torch.dtype) -> None:
    prediction = torch.randn(3, 4, dtype=torch.float64)

    found = CrossEntropy().forward(prediction, torch.tensor([0, 3, 1], dtype=dtype))

    torch.testing.assert_close(
        found, nn.functional.cross_entropy(prediction, torch.tensor([0, 3, 1])), rtol=1e-10, atol=0
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_class_with_a_logit_of_minus_infinity_has_probability_0(reduction: Any) -> None:
    prediction = torch.tensor([[-torch.inf, 0.0, 1.0], [2.0, -torch.inf, 1.0]], dtype=torch.float64)

    assert_same(CrossEntropy(reduction), nn.CrossEntropyLoss(reduction=reduction), prediction, torch.tensor([1, 2]))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("weight", [None, (0.0, 3.0), (2.0, 1.0)])
@pytest.mark.parametrize("logit", [torch.nan, torch.inf])
@pytest.mark.parametrize("target", [[0, 1], [1, 1], [-100, 1]])
def test_a_logit_of_nan_or_infinity_makes_the_loss_nan_unless_its_sample_is_ignored(
    target: list[int], logit: float, weight: Any, reduction: Any
) -> None:
    """A sample of weight 0 is not ignored: its NaN reaches the parameters, so the loss must show it."""
    prediction = torch.tensor([[logit, 0.0], [0.5, 1.0]], dtype=torch.float64)
    ours, theirs = CrossEntropy(reduction, weight=weight), nn.CrossEntropyLoss(reduction=reduction)
    theirs.weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)

    assert ours.forward(prediction, torch.tensor(target)).isnan() == (target[0] != -100)
    assert_same(ours, theirs, prediction, torch.tensor(target))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_mean_over_only_ignored_samples_is_nan_with_a_gradient_of_0(smoothing: float) -> None:
    prediction, target = torch.randn(2, 3, dtype=torch.float64), torch.tensor([-100, -100])

    value, gradient = passed(CrossEntropy(label_smoothing=smoothing), prediction, target)

    assert value.isnan()
    assert torch.equal(gradient, torch.zeros(2, 3, dtype=torch.float64))
    assert_same(
        CrossEntropy(label_smoothing=smoothing), nn.CrossEntropyLoss(label_smoothing=smoothing), prediction, target
    )
