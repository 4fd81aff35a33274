"""Stacked runs have the same losses and gradients as single runs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from minidl_core import Loss
from minidl_losses import cross_entropy
from minidl_losses.bce_with_logits import BCEWithLogits
from minidl_losses.cross_entropy import CrossEntropy
from minidl_losses.huber import Huber
from minidl_losses.mae import MAE

WEIGHTS = (1.0, 2.0, 0.5)
PROBABILITIES = torch.tensor([[[0.0, 0.25, 0.75], [0.5, 0.5, 0.0]], [[0.1, 0.2, 0.3], [1.0, 0.0, 0.0]]]).double()
CLASSES = torch.tensor([[0, 1], [2, 2]])


@pytest.mark.parametrize("many", [cross_entropy.MANY_SAMPLES, 2])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("loss", "target"),
    [
        (MAE(), PROBABILITIES),
        (Huber(0.3), PROBABILITIES),
        (BCEWithLogits(), PROBABILITIES),
        (BCEWithLogits(pos_weight=WEIGHTS), PROBABILITIES),
        (CrossEntropy(), PROBABILITIES),
        (CrossEntropy(label_smoothing=0.1, weight=WEIGHTS), PROBABILITIES),
        (CrossEntropy(), CLASSES),
        (CrossEntropy(label_smoothing=0.1, weight=WEIGHTS, ignore_index=1), CLASSES),
    ],
)
def test_the_losses_of_stacked_runs_are_those_of_each_run(
    loss: Loss, target: Tensor, reduction: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cross_entropy, "MANY_SAMPLES", many)
    loss = type(loss)(**loss.settings | {"reduction": reduction})
    prediction = torch.randn(2, 2, 3, dtype=torch.float64)
    values, gradients = loss.forward(prediction, target), loss.backward()

    assert values.shape == (2,)
    for run in range(2):
        torch.testing.assert_close(values[run], loss.forward(prediction[run], target[run]), rtol=1e-12, atol=0)
        torch.testing.assert_close(gradients[run], loss.backward(), rtol=1e-12, atol=1e-15)
