"""Targets that a loss or a metric does not support are an error; for a loss, before training."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import minidl_core as minidl
from minidl_core import Data, DataError, Loss, Run, Samples, generator, hookimpl

REAL = torch.randn(20, 1, generator=generator(0))
"""Targets of a regression, standardized."""


class NeverStarted:
    """A hook that fails the test if a training begins."""

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        raise AssertionError(f"{run.loss} is trained with")


class Watching(Loss):
    """Squared error that notes which targets it has been asked about, and when it was called."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def check_targets(self, targets: torch.Tensor) -> None:
        self.calls.append(targets)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        self.calls.append("forward")
        self.difference = prediction - target
        return self.difference.square().sum((-2, -1))

    def backward(self) -> torch.Tensor:
        return 2 * self.difference


def data(train: torch.Tensor, test: torch.Tensor | None = None, **given: Any) -> Data:
    test = train if test is None else test
    return Data(
        Samples(torch.randn(len(train), 2), train),
        Samples(torch.randn(len(test), 2), test),
        "regression",
        **given,
    )


@pytest.mark.parametrize("loss", ["bce_with_logits", "cross_entropy"])
def test_losses_of_classes_refuse_a_regression_before_training(loss: str) -> None:
    with pytest.raises(DataError, match=rf"{loss} expects targets .* from {REAL.min():.4g} to {REAL.max():.4g}"):
        minidl.fit("linear:1", data(REAL), loss, hooks=[NeverStarted()])


def test_the_test_targets_are_looked_at_as_well() -> None:
    with pytest.raises(DataError, match=r"bce_with_logits expects targets from 0 to 1, but these range from 0 to 3"):
        minidl.fit(
            "linear:1",
            data(torch.eye(2)[:, :1], torch.tensor([[0.0], [3.0]])),
            "bce_with_logits",
            hooks=[NeverStarted()],
        )


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("cross_entropy:weight=1", "cross_entropy: weight expects 2 numbers, one per output, but got 1"),
        (
            "bce_with_logits:pos_weight=1+2+3",
            "bce_with_logits: pos_weight expects 2 numbers, one per output, but got 3",
        ),
        ("cross_entropy:ignore_index=0", "cross_entropy cannot ignore a class when targets are one-hot"),
    ],
)
def test_settings_for_other_targets_are_refused_before_training(loss: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        minidl.fit("linear:2", "disk", loss, hooks=[NeverStarted()])


@pytest.mark.parametrize("loss", ["bce_with_logits:pos_weight=1+2", "cross_entropy:weight=1+2"])
def test_losses_of_classes_train_on_a_classification(loss: str) -> None:
    losses = [epoch.train["loss"] for epoch in minidl.fit("linear:2", "disk", loss, epochs=2).history]

    assert 0 < losses[1] < losses[0]


def test_one_output_from_0_to_1_is_trained_with_bce_with_logits() -> None:
    targets = (REAL > 0).double()

    result = minidl.fit("linear:1", data(targets), "bce_with_logits", epochs=1)

    assert result.final["train"]["loss"] > 0


def test_a_loss_is_asked_once_about_all_targets_as_they_are_trained_on() -> None:
    loss, test = Watching(), REAL[:5].double()
    minidl.fit("linear:1", data(REAL.double(), test), loss, epochs=2, batch_size=8)
    asked = [call for call in loss.calls if call != "forward"]

    assert [type(call) for call in loss.calls[:2]] == [torch.Tensor] * 2
    assert [len(targets) for targets in asked] == [20, 5]
    assert all(targets.dtype == torch.float32 for targets in asked)


def test_accuracy_refuses_a_regression_of_one_output() -> None:
    with pytest.raises(DataError, match="accuracy needs a classification"):
        minidl.fit("linear:1", data(REAL), metrics="accuracy", epochs=1)
