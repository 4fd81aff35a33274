"""What every registered loss must satisfy."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from settings import cases, label
from torch import Tensor

from minidl_core import Loss, OrderError, generator

every_loss = pytest.mark.parametrize(("name", "part", "settings"), cases("loss"), ids=label)


def drawn(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


def one_hot(*shape: int) -> Tensor:
    return torch.nn.functional.one_hot(drawn(*shape, seed=2).argmax(-1), shape[-1]).double()


@every_loss
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_the_gradient_is_that_of_central_differences(name: str, part: type[Loss], settings: Any, batch: int) -> None:
    loss, prediction, target, step = part(**settings), drawn(batch, 3), one_hot(batch, 3), 1e-6
    loss.forward(prediction, target)
    found = loss.backward()
    for index in range(prediction.numel()):
        change = torch.zeros_like(prediction)
        change.view(-1)[index] = step
        above, below = (float(loss.forward(prediction + sign * change, target)) for sign in (1, -1))
        assert float(found.view(-1)[index]) == pytest.approx((above - below) / (2 * step), rel=1e-6, abs=1e-8)


@every_loss
def test_the_gradient_is_that_of_autograd(name: str, part: type[Loss], settings: Any) -> None:
    loss, prediction, target = part(**settings), drawn(5, 3).requires_grad_(), one_hot(5, 3)
    (expected,) = torch.autograd.grad(loss.forward(prediction, target), prediction)
    with torch.no_grad():
        loss.forward(prediction, target)
        torch.testing.assert_close(loss.backward(), expected, rtol=1e-10, atol=1e-12)


@every_loss
def test_runs_stacked_in_front_equal_each_alone(name: str, part: type[Loss], settings: Any) -> None:
    loss, prediction, target = part(**settings), drawn(3, 5, 2), one_hot(3, 5, 2)
    together = loss.forward(prediction, target)
    gradient = loss.backward()
    assert together.shape == (3,)
    for run in range(3):
        torch.testing.assert_close(together[run], loss.forward(prediction[run], target[run]), rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(gradient[run], loss.backward(), rtol=1e-10, atol=1e-12)


@every_loss
def test_neither_pass_changes_what_it_is_given(name: str, part: type[Loss], settings: Any) -> None:
    loss, prediction, target = part(**settings), drawn(5, 3), one_hot(5, 3)
    kept = prediction.clone(), target.clone()
    loss.forward(prediction, target)
    loss.backward()
    assert torch.equal(prediction, kept[0])
    assert torch.equal(target, kept[1])


@every_loss
def test_backward_before_forward_is_an_error_that_says_so(name: str, part: type[Loss], settings: Any) -> None:
    with pytest.raises(OrderError, match=r"backward.* was called before forward"):
        part(**settings).backward()
