"""The default divisor of each loss is the documented one."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

import minidl_core as minidl
from minidl_core.registry import definition_of

BY_SAMPLES = {"mse": "samples", "cross_entropy": "mean"}
BY_ELEMENTS = ("mae", "huber", "bce_with_logits")
OUTPUTS, SAMPLES = 3, 8


def loss_of(name: str, reduction: str | None = None) -> Any:
    loss = minidl.default_registry().load("loss", name)
    return loss() if reduction is None else loss(reduction=reduction)


def gradient(loss: Any) -> torch.Tensor:
    prediction = torch.linspace(-2, 2, SAMPLES * OUTPUTS, dtype=torch.float64).reshape(SAMPLES, OUTPUTS)
    target = torch.eye(OUTPUTS).double()[torch.arange(SAMPLES) % OUTPUTS]
    loss.value = float(loss.forward(prediction, target))
    gradient: torch.Tensor = loss.backward()
    return gradient


def documentation(name: str) -> str:
    (entry,) = [entry for entry in minidl.default_registry().entries("loss") if entry.name == name]
    return " ".join(definition_of(entry).docstring.split())


@pytest.mark.parametrize("name", [entry.name for entry in minidl.default_registry().entries("loss")])
def test_the_default_divisor_is_the_documented_one(name: str) -> None:
    said = re.search(r"The default divides by (the samples|all elements)", documentation(name))
    assert said is not None
    n = {"the samples": SAMPLES, "all elements": SAMPLES * OUTPUTS}[said[1]]
    default, total = loss_of(name), loss_of(name, "sum")
    torch.testing.assert_close(gradient(default) * n, gradient(total))
    assert default.value * n == pytest.approx(total.value)
    assert (name in BY_SAMPLES) == (said[1] == "the samples")
    assert name in {*BY_SAMPLES, *BY_ELEMENTS}


def test_the_two_divisors_differ_by_the_number_of_outputs() -> None:
    by_samples, by_elements = loss_of("mse"), loss_of("mse", "mean")
    torch.testing.assert_close(gradient(by_samples), OUTPUTS * gradient(by_elements))
    assert by_samples.value == pytest.approx(OUTPUTS * by_elements.value)


@pytest.mark.parametrize("name", BY_ELEMENTS)
def test_losses_that_divide_by_elements_equal_those_of_pytorch(name: str) -> None:
    twin = {"mae": "L1Loss", "huber": "HuberLoss", "bce_with_logits": "BCEWithLogitsLoss"}[name]
    prediction = torch.linspace(-2, 2, SAMPLES * OUTPUTS, dtype=torch.float64).reshape(SAMPLES, OUTPUTS)
    target = torch.eye(OUTPUTS).double()[torch.arange(SAMPLES) % OUTPUTS]
    expected = getattr(torch.nn, twin)()(prediction, target)
    torch.testing.assert_close(torch.as_tensor(float(loss_of(name).forward(prediction, target))).double(), expected)


def test_a_learning_rate_larger_by_the_number_of_outputs_takes_the_same_step() -> None:
    def weights(loss: str, lr: float) -> torch.Tensor:
        optimizer = f"sgd:lr={lr}"
        result = minidl.fit("linear:2", "disk:train=40:test=10", loss, optimizer, epochs=2, dtype="float64")
        return result.model.parameters()[0].value

    torch.testing.assert_close(weights("mse", 0.05), weights("mse:reduction=mean", 0.1))
