"""The mean absolute error and the Huber loss: values computed by hand, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from minidl_core import Loss, SettingError, ShapeError
from minidl_losses.huber import Huber
from minidl_losses.mae import MAE


def test_the_gradient_of_mae_is_0_where_a_prediction_is_exact() -> None:
    loss = MAE("sum")

    assert loss.forward(torch.tensor([[3.0, -2.0, 0.5]]), torch.tensor([[1.0, 1.0, 0.5]])) == 5
    assert torch.equal(loss.backward(), torch.tensor([[1.0, -1.0, 0.0]]))


def test_huber_is_quadratic_up_to_delta_and_linear_beyond() -> None:
    loss = Huber(2, "sum")

    assert loss.forward(torch.tensor([[1.0, 2.0, -5.0]]), torch.zeros(1, 3)) == 0.5 + 2 + 8
    assert torch.equal(loss.backward(), torch.tensor([[1.0, 2.0, -2.0]]))


@pytest.mark.parametrize("loss", [MAE(), Huber()])
def test_targets_of_another_shape_are_refused(loss: Loss) -> None:
    with pytest.raises(ShapeError, match=r"\(2,\), not \(2, 1\)"):
        loss.forward(torch.zeros(2, 1), torch.zeros(2))


@pytest.mark.parametrize("delta", [0, -1, float("nan"), float("inf"), "1", None])
def test_a_delta_out_of_range_is_refused(delta: Any) -> None:
    with pytest.raises(SettingError, match="huber: delta must be a number above 0"):
        Huber(delta)


@pytest.mark.parametrize("part", [MAE, lambda reduction: Huber(reduction=reduction)])
def test_an_unknown_reduction_is_refused(part: type[MAE]) -> None:
    with pytest.raises(SettingError, match="reduction must be mean or sum, not 'none'"):
        part("none")  # type: ignore[arg-type]
