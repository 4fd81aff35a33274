"""Both sides of a comparison train the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from minidl_compare import compare_with_torch, training
from minidl_compare.comparison_result import Quartiles
from minidl_compare.config import CompareConfig
from minidl_compare.sweep import step_time
from minidl_compare.training import Task, Training
from minidl_compare.twins.layers import LAYERS
from minidl_compare.twins.losses import LOSSES
from minidl_compare.twins.optimizers import OPTIMIZERS
from minidl_core import ConfigError, RunConfig, Seconds, sequential
from minidl_core.assembly import load_data, make_dataset
from minidl_core.training.repeats import fill_defaults

ALIKE = {
    "standard": {},
    "momentum": {"optimizer": "sgd:lr=0.01:momentum=0.9:weight_decay=0.001:nesterov=true"},
    "dampening": {"optimizer": "sgd:lr=0.01:momentum=0.9:dampening=0.1"},
    "adam": {"optimizer": "adam:lr=0.01:betas=0.8+0.99:eps=0.001:weight_decay=0.01:amsgrad=true"},
    "adamw": {"optimizer": "adamw", "loss": "cross_entropy:label_smoothing=0.1:weight=1+2.5"},
    "mean": {"loss": "mse:reduction=mean"},
    "sum": {"loss": "mse:reduction=sum", "optimizer": "sgd:lr=0.001"},
    "bce": {"loss": "bce_with_logits:pos_weight=1+3"},
    "mae": {"loss": "mae"},
    "huber": {"loss": "huber:delta=0.3"},
    "dropout twice": {"layers": "linear:8,dropout:p=0.2,tanh,linear:8,dropout,linear:2"},
    "batch_norm": {"layers": "linear:8,batch_norm:eps=0.01:momentum=0.3,relu,batch_norm:affine=false,linear:2"},
    "cumulative": {"layers": "batch_norm:momentum=none,linear:8,batch_norm:track_running_stats=false,linear:2"},
    "layer_norm": {"layers": "linear:8,layer_norm:bias=false,tanh,layer_norm:elementwise_affine=false,linear:2"},
    "activations": {
        "layers": "linear:8:bias=false,sigmoid,linear:8,leaky_relu:negative_slope=0.2,linear:8,gelu,linear:8,"
        "gelu:approximate=tanh,linear:8,silu,softmax,linear:2"
    },
    "a last smaller batch": {"batch_size": 48},
}


def short(**settings: object) -> RunConfig:
    defaults = {"data": "disk:train=200:test=100", "epochs": 3, "repeats": 2, "dtype": "float64"}
    return RunConfig().updated(defaults | settings)


@pytest.mark.parametrize("case", ALIKE)
def test_both_sides_train_alike_to_the_tenth_digit(case: str) -> None:
    result = compare_with_torch(short(**ALIKE[case]))
    assert max(result.loss_differences) < 1e-10
    for ours, theirs in zip(result.minidl, result.torch, strict=True):
        assert ours.seed == theirs.seed
        assert [epoch.test for epoch in ours.history] == [
            pytest.approx(epoch.test, abs=1e-10) for epoch in theirs.history
        ]
        assert ours.history[0].train != ours.history[-1].train
    first, second = result.minidl
    assert first.history != second.history


def test_the_metrics_of_a_regression_are_in_the_users_units_on_both_sides(tmp_path: Path) -> None:
    rows = "".join(f"{2 * x},{x % 7},{3 * x - 100}\n" for x in range(80))
    (tmp_path / "line.csv").write_text("a,b,y\n" + rows)
    result = compare_with_torch(short(data=f"table:{tmp_path / 'line.csv'}:target=y:task=regression", loss="mse"))
    assert set(result.score_names) == {"loss", "r2", "mae", "rmse"}
    for name in result.score_names:
        assert result.scores("torch", name) == pytest.approx(result.scores("minidl", name), abs=1e-8)
    assert result.decisions is None
    assert "numbers" in result.left_out


@pytest.mark.parametrize(("kind", "known"), [("layer", LAYERS), ("loss", LOSSES), ("optimizer", OPTIMIZERS)])
def test_every_twin_is_used_in_a_test_case(kind: str, known: dict[str, object]) -> None:
    text = " ".join(f"{case}" for case in ALIKE.values()) + " linear relu mse sgd"
    assert [name for name in known if name not in text] == []


@pytest.mark.parametrize("settings", [{"device": "meta"}, {"save": "model"}])
def test_entries_that_a_comparison_does_not_support_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=f"no {next(iter(settings))}"):
        compare_with_torch(short(repeats=1, **settings))
    with pytest.raises(ConfigError, match=f"no {next(iter(settings))}"):
        CompareConfig().updated(settings)


def test_a_file_overrides_the_defaults_of_a_comparison(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("epochs = 3\n")
    assert (CompareConfig.load(path).epochs, CompareConfig.load(path).repeats) == (3, 10)
    assert CompareConfig.load(path).threads == 1
    path.write_text("repeats = 4\nthreads = 2\n")
    assert (CompareConfig.load(path).repeats, CompareConfig.load(path).threads) == (4, 2)


def test_the_engine_of_minidls_side_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    original = training.fit

    def watched(*arguments: object, **settings: object) -> object:
        seen.append(settings["engine"])
        return original(*arguments, **settings)

    monkeypatch.setattr(training, "fit", watched)
    result = compare_with_torch(short(repeats=1, engine="python"))
    assert set(seen) == {"python"}
    assert result.to_json()["config"]["engine"] == "python"
    assert compare_with_torch(short(repeats=1)).to_json()["config"]["engine"] != "auto"
    assert max(result.loss_differences) < 1e-10


@pytest.mark.parametrize("points", [-1, 7, 2999])
def test_a_sweep_too_small_for_two_sizes_is_refused_before_training(points: int) -> None:
    with pytest.raises(ConfigError, match=f"at least 3000 points.*not {points}: "):
        compare_with_torch(short(), most_points=points)


def test_threads_and_the_global_generator_are_restored() -> None:
    torch.set_num_threads(2)
    state = torch.get_rng_state()
    seen = []
    original = Task.by_torch

    def watched(task: Task) -> object:
        seen.append(torch.get_num_threads())
        return original(task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Task, "by_torch", watched)
        compare_with_torch(short(layers="linear:4,dropout,linear:2", epochs=1))
    assert seen == [1, 1, 1]
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), state)


def test_sides_take_turns_after_a_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []
    for side in ("by_minidl", "by_torch"):
        original = getattr(Task, side)

        def watched(task: Task, side: str = side, original: object = original) -> object:
            turns.append((side, task.config.engine, task.config.seed, task.config.epochs))
            return original(task)

        monkeypatch.setattr(Task, side, watched)
    compare_with_torch(short(seed=5))
    both = (("by_minidl", "python"), ("by_torch", "python"))
    assert turns == [(*side, seed, epochs) for seed, epochs in ((5, 1), (5, 3), (6, 3)) for side in both]
    turns.clear()
    compare_with_torch(short(seed=5, engine="native"))
    three = (("by_minidl", "native"), ("by_minidl", "python"), ("by_torch", "native"))
    assert turns == [(*side, seed, epochs) for seed, epochs in ((5, 1), (5, 3), (6, 3)) for side in three]


@pytest.mark.parametrize(("epochs", "engine"), [(1, "python"), (1000, "native")])
def test_trainings_take_the_engine_that_auto_stands_for_in_the_whole_run(epochs: int, engine: str) -> None:
    config = fill_defaults(short(epochs=epochs), data := load_data(make_dataset("disk:train=200"), 0))
    task = Task(config, data).with_engine()
    assert task.config.engine == engine
    assert task.has_python == (engine == "native")
    assert replace(task.config, engine="auto") == config


@pytest.mark.parametrize("engine", ["native", "python"])
def test_steps_are_timed_with_each_engine(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    for side, share in (("by_minidl", 1), ("by_python", 10), ("by_torch", 40)):

        def taken(task: Task, share: int = share) -> Training:
            steps = len(task.data.train.inputs) // task.config.batch_size
            model = sequential(task.config.layers or "")
            return Training(0, Seconds(forward=steps * share, backward=2 * steps * share, update=steps), [], model)

        monkeypatch.setattr(Task, side, taken)
    config = fill_defaults(short(engine=engine), data := load_data(make_dataset("disk:train=200"), 0))
    found = step_time(config, data, 10, 7)
    assert found.minidl == {"forward": 1, "backward": 2, "update": 1, "step": 4}
    assert found.torch == {"forward": 40, "backward": 80, "update": 1, "step": 121}
    assert (found.size, found.ratio.median) == (7, 121 / 4)
    if engine == "native":
        assert found.python == {"forward": 10, "backward": 20, "update": 1, "step": 31}
        assert found.ratio_python == Quartiles(121 / 31, 121 / 31, 121 / 31)
    else:
        assert found.python is found.ratio_python is None
