"""The twins of minidl's own parts and of third-party parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from minidl_compare import compare_with_torch
from minidl_compare.training import Task
from minidl_compare.twins.layers import LAYERS
from minidl_compare.twins.losses import LOSSES
from minidl_compare.twins.optimizers import OPTIMIZERS
from minidl_core import InputError, PluginError, RunConfig
from tests.support.built_in_parts import own_entries

PARTS = str(Path(__file__).parents[1] / "parts_with_twins.py")


def short(**settings: object) -> RunConfig:
    defaults = {"data": "disk:train=200:test=100", "epochs": 2, "repeats": 2, "dtype": "float64"}
    return RunConfig().updated(defaults | settings)


@pytest.mark.parametrize(("kind", "known"), [("layer", LAYERS), ("loss", LOSSES), ("optimizer", OPTIMIZERS)])
def test_every_part_of_minidl_has_a_twin_and_every_twin_a_part(kind: str, known: dict[str, object]) -> None:
    assert {entry.name for entry in own_entries(kind)} == set(known)


def test_third_party_parts_provide_their_twins() -> None:
    layers = "linear:8,square,linear:2"
    result = compare_with_torch(short(plugin=PARTS, layers=layers, loss="halved", optimizer="plain"))
    assert max(result.loss_differences) < 1e-10


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        (
            "without_twin",
            InputError,
            r"the layer without_twin at position 2 has no PyTorch twin.*torch_twin\(self\).*torch.nn.Module",
        ),
        ("misnamed", PluginError, r"misnamed at position 2: .*the layer's tensors, none, not .*weight"),
        ("raising", PluginError, "raising at position 2: its PyTorch twin failed with RuntimeError: no such luck"),
        ("no_module", PluginError, "no_module at position 2: .*should be a torch.nn.Module"),
    ],
)
def test_a_layer_without_a_valid_twin_is_reported_before_training(
    monkeypatch: pytest.MonkeyPatch, layer: str, error: type[Exception], message: str
) -> None:
    monkeypatch.setattr(Task, "by_minidl", lambda _: pytest.fail("trained"))
    with pytest.raises(error, match=message):
        compare_with_torch(short(plugin=PARTS, layers=f"linear:2,{layer},linear:2"))


def test_a_network_without_parameters_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to train"):
        compare_with_torch(short(layers="relu"))
