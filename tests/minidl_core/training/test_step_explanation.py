"""A step is explained by its parts, with shapes and formulas."""

from __future__ import annotations

import pytest
from torch import Tensor

import minidl_core as minidl
from minidl_core import InputError, Module, RunConfig, Sequential, UnknownNameError
from minidl_core.assembly import make
from minidl_core.training.step_explanation import parts_in_order
from tests.support.small_runs import small_data, small_run


class Halved(Module):
    """Half of each element.

    It has no formula.
    """

    def forward(self, x: Tensor) -> Tensor:
        return x / 2

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output / 2


def test_each_part_has_its_shapes_and_formulas_in_both_directions() -> None:
    assert parts_in_order(small_run("linear:5,relu,linear:2", optimizer="adamw")).splitlines() == [
        "forward:",
        "  1 linear:5: 10×3 to 10×5",
        "    y = x Wᵀ + b",
        "  2 relu: 10×5 to 10×5",
        "    y = max(x, 0)",
        "  3 linear:2: 10×5 to 10×2",
        "    y = x Wᵀ + b",
        "  loss mse: 10×2 and targets 10×2 to a number",
        "    ℓ = 1/N Σᵢ ‖yᵢ - yᵢ*‖²",
        "backward:",
        "  loss mse: to 10×2",
        "    ∂ℓ/∂yᵢ = 2/N (yᵢ - yᵢ*)",
        "  3 linear:2: 10×2 to 10×5, gradients of weight 2×5, bias 2",
        "    ∂ℓ/∂W = (∂ℓ/∂y)ᵀ x",
        "    ∂ℓ/∂b = Σ ∂ℓ/∂y   (the sum over all samples)",
        "    ∂ℓ/∂x = ∂ℓ/∂y W",
        "  2 relu: 10×5 to 10×5",
        "    ∂ℓ/∂x = [x > 0] ⊙ ∂ℓ/∂y",
        "  1 linear:5: 10×5 to 10×3, gradients of weight 5×3, bias 5",
        "    ∂ℓ/∂W = (∂ℓ/∂y)ᵀ x",
        "    ∂ℓ/∂b = Σ ∂ℓ/∂y   (the sum over all samples)",
        "    ∂ℓ/∂x = ∂ℓ/∂y W",
        "update:",
        "  optimizer adamw: 32 parameters",
        "    Decay:  θ ← θ - lr · weight_decay · θ",
        "    Step:   that of Adam with g = ∂ℓ/∂θ",
    ]


def test_lines_of_a_formula_stay_aligned() -> None:
    text = parts_in_order(small_run("linear:2", "bce_with_logits", data=small_data(task="classification")))
    assert "    ℓ = 1/n Σ ((1 - y*) y + w log(1 + e⁻ʸ)),   w = 1 - y* + pos_weight y*\n    which equals" in text


def test_a_part_without_formulas_is_described_and_chains_are_opened() -> None:
    body = Sequential([make("layer", "linear:4"), Halved()])
    lines = parts_in_order(small_run([body, make("layer", "linear:2")])).splitlines()
    at = lines.index("  1.2 Halved(): 10×4 to 10×4")
    assert lines[at - 2 : at + 3] == [
        "  1.1 linear:4: 10×3 to 10×4",
        "    y = x Wᵀ + b",
        "  1.2 Halved(): 10×4 to 10×4",
        "    Half of each element.",
        "  2 linear:2: 10×4 to 10×2",
    ]


def test_a_configuration_is_explained_for_an_engine() -> None:
    config = RunConfig(layers="linear:2", batch_size=7, engine="nobody", repeats=3)
    found = minidl.explain(config)
    assert (found.engine, found.notice) == ("python", "")
    assert "1 linear:2: 7×2 to 7×2" in found.text
    assert minidl.explain(config, engine="native").engine == "native"
    assert "3 linear:25" in minidl.explain().text


def test_mistakes_in_a_configuration_are_found() -> None:
    with pytest.raises(UnknownNameError, match="no engine"):
        minidl.explain(engine="nobody")
    with pytest.raises(InputError, match="linaer"):
        minidl.explain(RunConfig(layers="linaer:2"))
