"""The result of a comparison: times, ratios and JSON."""

from __future__ import annotations

import json

import pytest

from minidl_compare import compare_with_torch
from minidl_compare.comparison_result import Comparison, Quartiles
from minidl_core import RunConfig


def short(**settings: object) -> RunConfig:
    defaults = {"data": "disk:train=200:test=100", "epochs": 1, "repeats": 1, "dtype": "float64"}
    return RunConfig().updated(defaults | settings)


def test_the_phases_of_both_sides_are_timed() -> None:
    result = compare_with_torch(short())
    for side in ("minidl", "torch"):
        phases = [sum(result.seconds(side, phase)) for phase in ("initialization", "forward", "backward", "update")]
        assert min(phases) > 0
        assert sum(phases) < sum(result.seconds(side, "total"))


def test_a_ratio_has_the_median_and_the_quartiles_of_the_pairs() -> None:
    spread = Quartiles.of([1.0, 2.0, 4.0, 1.0, 2.0], [2.0, 8.0, 12.0, 5.0, 12.0])
    assert spread == Quartiles(median=4.0, low=3.0, high=5.0)
    assert Quartiles.of([2.0], [3.0]) == Quartiles(1.5, 1.5, 1.5)
    # The ratio of the medians would be 1.
    assert Quartiles.of([1.0, 2.0, 10.0], [2.0, 6.0, 1.0]) == Quartiles(median=2.0, low=1.05, high=2.5)


def test_both_engines_are_measured_beside_pytorch() -> None:
    result = compare_with_torch(short(engine="native", repeats=2))
    assert result.sides == ["minidl", "python", "torch"]
    assert [one.engine for one in (*result.minidl, *result.python)] == ["native", "native", "python", "python"]
    assert [one.seed for one in result.python] == [0, 1]
    content = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert content["config"]["engine"] == "native"
    assert content["python"].keys() == content["minidl"].keys()
    assert content["ratio_python"].keys() == content["ratio"].keys()
    for phase in ("forward", "total"):
        ratios = [b / a for a, b in zip(result.seconds("python", phase), result.seconds("torch", phase), strict=True)]
        assert content["ratio_python"][phase]["median"] == pytest.approx(sum(ratios) / 2)


def test_the_losses_of_each_engine_are_compared_with_pytorchs() -> None:
    result = compare_with_torch(short(engine="native"))
    assert max(result.loss_differences) < 1e-10
    (training,) = result.python
    training.history[0].train["loss"] += 0.5
    assert max(result.loss_differences) == pytest.approx(0.5)


def test_python_is_not_measured_twice() -> None:
    result = compare_with_torch(short(engine="python"))
    assert result.sides == ["minidl", "torch"]
    assert result.python == []
    content = result.to_json()
    assert content["python"] is content["ratio_python"] is None


@pytest.fixture(scope="module")
def swept() -> Comparison:
    return compare_with_torch(short(), most_points=3000)


@pytest.mark.slow
def test_steps_are_timed_against_sizes(swept: Comparison) -> None:
    sizes = {varied: [time.size for time in times] for varied, times in swept.steps.items()}
    assert sizes["points"] == [1000, 3000]
    assert sizes["batch_size"] == [1, 10, 100, 1000]
    assert sizes["width"] == [16, 32, 64, 128, 256, 512, 1024]
    narrow, *_, wide = swept.steps["width"]
    for side in ("minidl", "torch"):
        assert getattr(wide, side)["step"] > getattr(narrow, side)["step"]
        assert getattr(wide, side)["step"] > getattr(wide, side)["forward"] > 0


@pytest.mark.slow
def test_json_holds_all_numbers_of_table_and_figures(swept: Comparison) -> None:
    content = json.loads(json.dumps(swept.to_json(), allow_nan=False))
    assert {"config", "minidl", "torch", "ratio", "loss_differences", "largest_loss_difference"} <= set(content)
    assert {"steps", "decisions", "left_out", "versions"} <= set(content)
    assert content["interrupted"] is False
    for side in ("minidl", "torch"):
        (repeat,) = content[side]["repeats"]
        assert set(repeat["seconds"]) == {"initialization", "forward", "backward", "update", "total"}
        assert set(repeat["history"][0]) == {"epoch", "train", "test"}
        assert set(content[side]["seconds"]["total"]) == {"median", "mean", "std"}
        assert set(content[side]["test"]["accuracy"]) == {"mean", "std"}
        assert content[side]["test"]["accuracy"]["std"] is None
    assert set(content["data"]) == {"rows", "notices"}
    assert set(content["data"]["rows"]) == {"train", "test"}
    assert set(content["steps"]["points"][0]) == {"size", "minidl", "torch", "ratio", "python", "ratio_python"}
    assert set(content["ratio"]["total"]) == {"median", "low", "high"}
    decisions = content["decisions"]
    assert sum(map(len, decisions["points"])) == 200
    missed = sum(map(len, decisions["misclassified"]["minidl"]))
    assert missed == round(100 * (1 - content["minidl"]["test"]["accuracy"]["mean"]))
    assert len(decisions["regions"]["torch"]) == len(decisions["grid"][1])
    assert decisions["regions"]["torch"] == decisions["regions"]["minidl"]
