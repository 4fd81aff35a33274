"""Binary cross-entropy: large logits, and the targets and settings that it accepts and refuses."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional

from minidl_core import DataError, Loss, SettingError, ShapeError
from minidl_losses.bce_with_logits import BCEWithLogits
from minidl_losses.cross_entropy import CrossEntropy


def test_the_loss_of_a_nearly_certain_prediction_does_not_round_to_0() -> None:
    prediction, target = torch.tensor([[40.0]]), torch.tensor([[1.0]])

    found = BCEWithLogits().forward(prediction, target)

    torch.testing.assert_close(found, torch.tensor(-40.0).exp(), rtol=1e-6, atol=0)


def test_huge_logits_do_not_overflow_and_keep_their_gradient() -> None:
    loss = BCEWithLogits("sum")

    assert loss.forward(torch.tensor([[1e4, -1e4]]), torch.tensor([[0.0, 1.0]])) == 2e4
    assert torch.equal(loss.backward(), torch.tensor([[1.0, -1.0]]))


def test_a_target_of_1_is_weighted_by_pos_weight() -> None:
    prediction, target = torch.zeros(1, 2), torch.tensor([[1.0, 0.0]])

    found = BCEWithLogits("sum", (3, 5)).forward(prediction, target)

    torch.testing.assert_close(found, 4 * torch.tensor(2.0).log())


def test_forward_and_backward_with_weights_do_not_change_their_inputs() -> None:
    prediction, target = torch.randn(3, 2), torch.rand(3, 2)
    before = prediction.clone(), target.clone()
    loss = BCEWithLogits(pos_weight=(2, 3))
    loss.forward(prediction, target)
    gradient = loss.backward()

    assert torch.equal(prediction, before[0])
    assert torch.equal(target, before[1])
    assert torch.equal(loss.backward(), gradient)


@pytest.mark.parametrize("loss", [BCEWithLogits(), CrossEntropy()])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_targets_that_are_not_finite_are_refused(loss: Loss, number: float) -> None:
    with pytest.raises(DataError, match="expects finite targets, but these range from .*: correct them"):
        loss.check_targets(torch.tensor([[number, 0.5], [0.5, 0.5]]))


@pytest.mark.parametrize("loss", [BCEWithLogits(), CrossEntropy()])
def test_targets_out_of_range_by_rounding_are_accepted(loss: Loss) -> None:
    loss.check_targets(torch.tensor([[1 + 2e-7, -2e-7]]))


@pytest.mark.parametrize("targets", [[[-0.1], [0.5]], [[0.5], [1.1]]])
def test_targets_outside_of_0_to_1_are_refused_with_their_range(targets: list[list[float]]) -> None:
    lowest, highest = torch.tensor(targets).aminmax()

    with pytest.raises(
        DataError, match=rf"from 0 to 1, but these range from {lowest:.4g} to {highest:.4g}: .*--loss mse"
    ):
        BCEWithLogits().check_targets(torch.tensor(targets))


@pytest.mark.parametrize("targets", [[[0.0], [1.0]], [[0.3], [0.3]], [[0.0, 1.0], [1.0, 0.0]]])
def test_targets_from_0_to_1_are_accepted(targets: list[list[float]]) -> None:
    BCEWithLogits().check_targets(torch.tensor(targets, requires_grad=True))


def test_forward_accepts_the_targets_that_torch_accepts() -> None:
    prediction, target = torch.tensor([[0.5]]), torch.tensor([[2.0]])

    assert BCEWithLogits().forward(prediction, target) == functional.binary_cross_entropy_with_logits(
        prediction, target
    )


def test_a_wrong_number_of_weights_is_refused_before_and_during_training() -> None:
    loss = BCEWithLogits(pos_weight=(1, 2))
    message = r"bce_with_logits: pos_weight expects 3 numbers, one per output, but got 2"

    with pytest.raises(DataError, match=message):
        loss.check_targets(torch.zeros(2, 3))
    with pytest.raises(DataError, match=message):
        loss.forward(torch.zeros(2, 3), torch.zeros(2, 3))


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2,\), not \(2, 1\)"):
        BCEWithLogits().forward(torch.zeros(2, 1), torch.zeros(2))


@pytest.mark.parametrize(
    "given",
    [
        {"reduction": "none"},
        {"reduction": ["mean"]},
        {"pos_weight": (-1,)},
        {"pos_weight": (float("nan"),)},
        {"pos_weight": 3},
        {"pos_weight": "3"},
    ],
)
def test_settings_out_of_range_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=rf"bce_with_logits: {next(iter(given))} must be"):
        BCEWithLogits(**given)
