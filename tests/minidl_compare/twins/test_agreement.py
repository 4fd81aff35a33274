"""Twins that compute something else than their parts are found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from minidl_compare import compare_with_torch
from minidl_compare.training import Task
from minidl_compare.twins.layers import LAYERS
from minidl_core import DivergenceError, PluginError, RunConfig, RunError

PARTS = str(Path(__file__).parents[1] / "parts_with_twins.py")


def short(**settings: object) -> RunConfig:
    defaults = {"data": "disk:train=100:test=50", "epochs": 2, "repeats": 1, "dtype": "float64", "plugin": PARTS}
    return RunConfig().updated(defaults | settings)


WRONG = {
    "layer": (
        {"layers": "linear:8,tanh,doubled,linear:2"},
        r"doubled at position 3: .* their outputs differ by up to [\d.]+, and the largest is .*: correct its torch_twin",
    ),
    "nearly": ({"layers": "linear:8,nearly,linear:2"}, r"nearly at position 2: .* outputs differ by up to 0\.0"),
    "shape": (
        {"layers": "linear:8,narrowed,linear:2"},
        r"narrowed at position 2: its PyTorch twin should return a tensor of shape \(64, 8\), not one of shape \(512,\)",
    ),
    "failing": (
        {"layers": "linear:8,failing,linear:2"},
        "failing at position 2: its PyTorch twin failed with ValueError: not today",
    ),
    "loss": ({"loss": "summed"}, r"summed: .* their values differ by up to"),
    "kind": ({"loss": "numbered"}, r"numbered: its PyTorch twin should return a tensor of shape \(\), not float"),
    "optimizer": ({"optimizer": "heavier"}, r"heavier: .* their steps differ by up to"),
    "small steps": ({"optimizer": "heavier:lr=1e-9"}, r"heavier: .* their steps differ by up to"),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_twin_is_reported_before_training(monkeypatch: pytest.MonkeyPatch, case: str, dtype: str) -> None:
    monkeypatch.setattr(Task, "by_torch", lambda _: pytest.fail("trained"))
    settings, message = WRONG[case]
    with pytest.raises(PluginError, match=message):
        compare_with_torch(short(dtype=dtype, **settings))


def test_a_wrong_twin_of_minidls_own_is_not_reported_as_a_plugin_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAYERS, "relu", LAYERS["silu"])
    with pytest.raises(RunError, match="relu at position 2: .* differ by up to") as caught:
        compare_with_torch(short(layers="linear:8,relu,linear:2"))
    assert not isinstance(caught.value, PluginError)
    assert "torch_twin" not in str(caught.value)


@pytest.mark.parametrize("lr", ["1e-9", "1e-4", "0.1", "10"])
@pytest.mark.parametrize("optimizer", ["plain", "sgd:momentum=0.9", "adam:weight_decay=0.1", "adamw"])
def test_correct_twins_agree_at_any_learning_rate_in_float32(optimizer: str, lr: str) -> None:
    name, *rest = optimizer.split(":")
    spec = ":".join([name, f"lr={lr}", *rest])

    try:
        assert compare_with_torch(short(optimizer=spec, dtype="float32", epochs=1)).minidl
    except DivergenceError as error:
        assert "on minidl's side" in str(error)


def test_an_error_while_pytorch_trains_names_its_side_and_the_layer() -> None:
    with pytest.raises(RunError, match=r"on PyTorch's side, the twin of fails_in_training at position 2 failed with V"):
        compare_with_torch(short(layers="linear:8,fails_in_training,linear:2"))


def test_settings_that_only_pytorch_refuses_are_reported_on_pytorchs_side() -> None:
    refused = "on PyTorch's side, the twin of batch_norm at position 2 failed with ValueError: batch_norm eps must"
    with pytest.raises(RunError, match=re.escape(refused)):
        compare_with_torch(short(layers="linear:4,batch_norm:eps=0,linear:2"))


def test_divergence_names_the_side_and_the_configured_epochs() -> None:
    with pytest.raises(DivergenceError, match=r"^in repeat 1, on minidl's side, the loss .* \(epoch 1 of 4\)"):
        compare_with_torch(short(optimizer="sgd:lr=1e9", epochs=4))
    with pytest.raises(DivergenceError, match="^in repeat 1, on PyTorch's side, the loss became .* in epoch 1 of 4$"):
        compare_with_torch(short(layers="linear:8,explodes,linear:2", epochs=4))
