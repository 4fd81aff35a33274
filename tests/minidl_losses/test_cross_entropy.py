"""Cross-entropy: values, targets and settings that it accepts and refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from minidl_core import DataError, SettingError, ShapeError, SpecError
from minidl_core.assembly import make
from minidl_losses.cross_entropy import CrossEntropy

OTHER_WEIGHTS = "cross_entropy: weight expects 3 numbers, one per output, but got 2"


def test_class_indices_and_their_one_hot_rows_give_the_same_loss() -> None:
    prediction, target = torch.randn(5, 3, dtype=torch.float64), torch.tensor([0, 1, 2, 1, 1])
    loss = CrossEntropy()
    by_index = loss.forward(prediction, target), loss.backward()
    by_row = loss.forward(prediction, torch.eye(3, dtype=torch.float64)[target]), loss.backward()

    torch.testing.assert_close(by_index, by_row, rtol=1e-14, atol=1e-16)


def test_a_confident_right_prediction_has_loss_0_and_a_wrong_one_the_difference_of_logits() -> None:
    prediction = torch.tensor([[1e4, -1e4]])

    assert CrossEntropy().forward(prediction, torch.tensor([[1.0, 0.0]])) == 0
    assert CrossEntropy().forward(prediction, torch.tensor([[0.0, 1.0]])) == 2e4


def test_weights_take_the_dtype_of_the_predictions_without_losing_precision() -> None:
    loss = CrossEntropy(weight=(0.1, 0.3))
    target = torch.tensor([[1.0, 0.0]])
    loss.forward(torch.zeros(1, 2), target)

    exact = loss.forward(torch.zeros(1, 2, dtype=torch.float64), target.double())

    torch.testing.assert_close(exact, 0.1 * torch.tensor(2, dtype=torch.float64).log(), rtol=1e-15, atol=0)


def test_settings_may_be_numpy_numbers() -> None:
    loss = CrossEntropy("mean", np.float32(0.5), np.int64(-1), tuple(np.array([1, 2])))

    assert loss.forward(torch.zeros(1, 2), torch.tensor([-1])).isnan()


def test_weights_can_be_written_in_a_specification() -> None:
    assert make("loss", "cross_entropy:weight=1+2.5:label_smoothing=0.1").settings == {
        "weight": (1.0, 2.5),
        "label_smoothing": 0.1,
    }


@pytest.mark.parametrize("classes", [[0, 3], [-1, 0]])
def test_a_class_index_without_an_output_is_refused(classes: list[int]) -> None:
    with pytest.raises(DataError, match=r"class indices must be from 0 to 2.* give the network one output per class"):
        CrossEntropy().forward(torch.zeros(2, 3), torch.tensor(classes))


def test_one_hot_rows_of_integers_are_refused_with_the_dtype_to_use() -> None:
    with pytest.raises(ShapeError, match=r"class indices of shape \(2,\), not \(2, 3\).* decimal numbers"):
        CrossEntropy().forward(torch.zeros(2, 3), torch.eye(3, dtype=torch.int64)[:2])


def test_targets_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2, 4\), not \(2, 3\)"):
        CrossEntropy().forward(torch.zeros(2, 3), torch.zeros(2, 4))


def test_ignore_index_is_refused_for_probabilities() -> None:
    with pytest.raises(DataError, match="drop ignore_index"):
        CrossEntropy(ignore_index=0).forward(torch.zeros(2, 3), torch.zeros(2, 3))


@pytest.mark.parametrize("target", [torch.zeros(2, 3), torch.tensor([0, 2])])
def test_a_wrong_number_of_weights_is_refused(target: Tensor) -> None:
    with pytest.raises(DataError, match=OTHER_WEIGHTS):
        CrossEntropy(weight=(1, 2)).forward(torch.zeros(2, 3), target)


def test_a_wrong_number_of_weights_is_refused_before_training() -> None:
    with pytest.raises(DataError, match=OTHER_WEIGHTS):
        CrossEntropy(weight=(1, 2)).check_targets(torch.eye(3))


@pytest.mark.parametrize(
    ("targets", "came"),
    [
        (torch.tensor([[-1.5], [2.0]]), r"\(2, 1\), from -1.5 to 2"),
        (torch.tensor([[0.0], [1.0]]), r"\(2, 1\), from 0 to 1"),
        (torch.tensor([[-1.5, 2.0]]), r"\(1, 2\), from -1.5 to 2"),
    ],
)
def test_targets_that_are_not_classes_are_refused_with_their_shape_and_range(targets: Tensor, came: str) -> None:
    with pytest.raises(DataError, match=rf"at least 2 classes, .* have shape {came}: .*--loss mse"):
        CrossEntropy().check_targets(targets)


@pytest.mark.parametrize("targets", [torch.eye(2), torch.tensor([[0.3, 0.7]]), torch.tensor([[0.0, 0.0, 2.0]])])
def test_one_hot_and_probability_targets_are_accepted(targets: Tensor) -> None:
    CrossEntropy(weight=(1.0,) * targets.size(-1)).check_targets(targets.requires_grad_())


def test_ignore_index_is_refused_for_training_targets() -> None:
    with pytest.raises(DataError, match="one-hot or probabilities: drop ignore_index"):
        CrossEntropy(ignore_index=0).check_targets(torch.eye(3))


def test_forward_accepts_the_probabilities_that_torch_accepts() -> None:
    prediction, target = torch.tensor([[0.5, 1.5]]), torch.tensor([[-1.0, 2.0]])

    torch.testing.assert_close(CrossEntropy().forward(prediction, target), functional.cross_entropy(prediction, target))


@pytest.mark.parametrize(
    "given",
    [
        {"reduction": "samples"},
        {"label_smoothing": 1.1},
        {"label_smoothing": -0.1},
        {"label_smoothing": "0.1"},
        {"ignore_index": "0"},
        {"ignore_index": 0.5},
        {"weight": 3},
        {"weight": "12"},
        {"weight": (1, None)},
        {"label_smoothing": float("nan")},
        {"weight": ()},
        {"weight": (1, -1)},
        {"weight": (1, float("inf"))},
    ],
)
def test_settings_out_of_range_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=rf"cross_entropy: {next(iter(given))} must be"):
        CrossEntropy(**given)


def test_weights_that_are_not_numbers_are_refused_with_their_position() -> None:
    with pytest.raises(SpecError, match=r"weight must be numbers joined by '\+' or none, not '1\+two'"):
        make("loss", "cross_entropy:weight=1+two")
