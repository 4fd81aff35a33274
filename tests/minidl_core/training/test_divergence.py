"""Messages about losses that are not finite, by time and cause."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import Data, Dataset, DivergenceError, Loss, Module, RunConfig, Samples, default_registry, generator

VALUES = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class Spoiling(Module):
    """Puts a number that is not finite into its output, or into the gradient of its input."""

    def __init__(self, what: str, where: str = "forward") -> None:
        self.what, self.where = what, where

    def forward(self, x: Tensor) -> Tensor:
        return self._spoiled(x, "forward")

    def backward(self, grad_output: Tensor) -> Tensor:
        return self._spoiled(grad_output, "backward")

    def _spoiled(self, x: Tensor, where: str) -> Tensor:
        x = x.clone()
        if where == self.where:
            x[..., 0] = VALUES[self.what]
        return x


class SpoilingLoss(Loss):
    """Is not finite, though its gradient is."""

    def __init__(self, what: str) -> None:
        self.what = what

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        return self.difference.sum((-2, -1)) * 0 + VALUES[self.what]

    def backward(self) -> Tensor:
        return self.difference


class Scaled(Dataset):
    """40 points of four features and their sum, of any size."""

    def __init__(self, size: float = 1.0) -> None:
        self.size = size

    def load(self, seed: int) -> Data:
        inputs = torch.rand(40, 4, generator=generator(seed))
        samples = Samples(inputs, self.size * inputs.sum(1, keepdim=True))
        return Data(samples, samples, "regression")


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    for kind, name, part in (
        ("layer", "spoiling", Spoiling),
        ("loss", "spoiling", SpoilingLoss),
        ("dataset", "scaled", Scaled),
    ):
        default_registry().register(kind, name, part)


def message_of(layers: str, repeats: int, **changes: Any) -> str:
    """Return the message of a training that diverges."""
    config = RunConfig(**{"layers": layers, "data": "scaled", "epochs": 2, "repeats": repeats} | changes)
    with pytest.raises(DivergenceError) as caught:
        minidl.run(config)
    return str(caught.value)


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("what", VALUES)
@pytest.mark.parametrize("position", [1, 2, 3])
def test_the_layer_whose_output_is_not_finite_is_named(position: int, what: str, repeats: int) -> None:
    layers = ["linear:4", "linear:3", "linear:1"]
    layers.insert(position - 1, f"spoiling:{what}")
    message = message_of(",".join(layers), repeats)
    assert "at step 1 (epoch 1 of 2)" in message
    assert f": spoiling at position {position} returns infinite numbers or NaN for finite inputs" in message
    assert "learning rate" not in message


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("what", VALUES)
def test_gradients_that_are_not_finite_are_found_at_the_next_step(what: str, repeats: int) -> None:
    assert " at step 2 " in message_of(f"linear:4,spoiling:{what}:backward,linear:1", repeats)


@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("changes", [*({"loss": f"spoiling:{what}"} for what in VALUES), {"data": "scaled:1e30"}])
def test_the_learning_rate_is_not_the_cause_before_the_first_update(changes: dict[str, str], repeats: int) -> None:
    message = message_of("linear:4,linear:1", repeats, **changes)
    assert "at step 1 (epoch 1 of 2)" in message
    assert message.endswith("the learning rate is not the cause: no parameter was updated yet")


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_learning_rate_that_is_too_large_is_named(repeats: int) -> None:
    assert "try a tenth of the learning rate" in message_of("linear:4,linear:1", repeats, optimizer="sgd:lr=1e30")
