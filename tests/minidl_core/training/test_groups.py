"""Repeats and configurations that an engine trains as a group equal single runs, each with its own end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    Epoch,
    HookError,
    Optimizer,
    PluginError,
    Run,
    RunConfig,
    RunResult,
    TrainingInterrupted,
    default_registry,
    hookimpl,
    register,
)
from tests.support.grouping_engine import Grouping

LAYERS = "linear:4:bias=false,batch_norm,dropout:0.2,linear:2"
SMALL = {"data": "disk:train=30:test=10", "epochs": 2, "layers": "linear:4,relu,linear:2", "dtype": "float64"}
GROUPED = SMALL | {"engine": "grouping"}


class Wholesale(Optimizer):
    """A step of fixed length along the whole gradient."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        value, grad = self.block
        value.sub_(self.lr * grad / (grad.norm() + 1e-8))


@pytest.fixture(autouse=True)
def sizes() -> Iterator[list[int]]:
    """Make the parts known by their names, and return a list that will hold the size of each group."""
    register(Wholesale)
    default_registry().register("engine", "grouping", Grouping)
    Grouping.sizes.clear()
    yield Grouping.sizes
    default_registry().unregister_module(__name__)
    default_registry().unregister_module(Grouping.__module__)


def require_as_single(found: list[RunResult], configs: list[RunConfig], hooks: Any = ()) -> None:
    """Check that each repeat has the bits of a single run with its seed, trained by the Python engine."""
    for result, config in zip(found, configs, strict=True):
        for number, repeat in enumerate(result.repeats):
            single = config.updated({"repeats": 1, "seed": config.seed + number, "engine": "python"})
            (expected,) = minidl.run(single, hooks=hooks).repeats
            assert repeat.history == expected.history
            for name, tensor in expected.model.state().items():
                assert torch.equal(repeat.model.state()[name], tensor)


def test_repeats_are_a_group(sizes: list[int]) -> None:
    config = RunConfig(repeats=4, **GROUPED)
    result = minidl.run(config)
    assert sizes == [4]
    assert [repeat.seed for repeat in result.repeats] == [0, 1, 2, 3]
    assert [repeat.together for repeat in result.repeats] == [4] * 4
    assert len({repeat.final["train"]["loss"] for repeat in result.repeats}) == 4
    require_as_single([result], [config])


def test_the_python_engine_trains_one_run_after_another() -> None:
    result = minidl.run(RunConfig(repeats=2, engine="python", **SMALL))
    assert [repeat.together for repeat in result.repeats] == [1, 1]


def test_a_group_takes_no_more_memory_than_expected(sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_of_a_run = (40 * 4 + 22) * 8
    monkeypatch.setattr("minidl_core.training.repeats.MOST_BYTES", 2 * bytes_of_a_run)
    minidl.run(RunConfig(repeats=5, **GROUPED))
    assert sizes == [2, 2, 1]


OPTIMIZERS = ("sgd:lr=0.1", "sgd:lr=0.02:momentum=0.9", "sgd:lr=0.02:weight_decay=0.1", "adam:lr=0.01", "wholesale")


@pytest.mark.parametrize("layers", ["linear:4,relu,linear:2", LAYERS, "relu"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_configurations_that_differ_in_numbers_are_a_group(sizes: list[int], optimizer: str, layers: str) -> None:
    name, _, rest = optimizer.partition(":")
    configs = [
        RunConfig(repeats=1 + number % 2, seed=10 * number, optimizer=spec, **GROUPED | {"layers": layers})
        for number, spec in enumerate([optimizer, f"{name}:{rest.replace('0.02', '0.03')}" if rest else name] * 2)
    ]
    results = minidl.run_all(configs)
    assert sizes == [6]
    assert [len(result.repeats) for result in results] == [1, 2, 1, 2]
    require_as_single(results, configs)


@pytest.mark.parametrize(
    "other",
    [
        {"layers": "linear:3,relu,linear:2"},
        {"epochs": 1},
        {"batch_size": 15},
        {"loss": "mae"},
        {"metrics": "r2"},
        {"threads": 1},
        {"dtype": "float32"},
        {"optimizer": "adam"},
        {"optimizer": "sgd:momentum=0.9"},
        {"data": "disk:train=20:test=10"},
    ],
)
def test_configurations_that_differ_in_more_are_groups_of_their_own(sizes: list[int], other: dict[str, Any]) -> None:
    configs = [RunConfig(repeats=2, **GROUPED), RunConfig(repeats=2, **GROUPED).updated(other)]
    results = minidl.run_all(configs)
    assert sizes == [2, 2]
    require_as_single(results, configs)


def test_configurations_of_tables_of_equal_size_are_a_group(sizes: list[int], tmp_path: Path) -> None:
    for name, shift in (("one", 0), ("other", 100)):
        rows = (f"{3 * number + shift},{number % 7},{'yes' if number % 3 else 'no'}" for number in range(40))
        (tmp_path / f"{name}.csv").write_text("\n".join(["a,b,c", *rows]))
    configs = [RunConfig(**GROUPED | {"data": f"table:{tmp_path / name}.csv:target=c"}) for name in ("one", "other")]
    require_as_single(minidl.run_all(configs), configs)
    assert sizes == [2]


class SlowerWhereItIsWorse:
    """Lowers the learning rate of those runs whose loss is above a bound, and one run's dropout."""

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        if epoch.train["loss"] > 0.46:
            run.optimizer.lr *= 0.3  # type: ignore[attr-defined]
        if run.result.seed == 1:
            run.model[2].p = 0.6  # type: ignore[attr-defined]


def test_what_hooks_change_in_one_run_of_a_group_has_its_effect_there() -> None:
    config = RunConfig(repeats=3, **GROUPED | {"layers": LAYERS, "epochs": 4})
    result = minidl.run(config, hooks=[SlowerWhereItIsWorse()])
    require_as_single([result], [config], [SlowerWhereItIsWorse()])
    unwatched = minidl.run(config)
    assert all(one.final != other.final for one, other in zip(result.repeats, unwatched.repeats, strict=True))


def test_a_run_that_diverges_leaves_the_others_of_its_group_alone(sizes: list[int], tmp_path: Path) -> None:
    rates = (0.1, 1e30, 0.02, 1e20)
    saved = [tmp_path / f"{place}.safetensors" for place in range(4)]
    configs = [
        RunConfig(**GROUPED | {"optimizer": f"sgd:lr={rate}", "save": path})
        for rate, path in zip(rates, saved, strict=True)
    ]
    with pytest.raises(minidl.DivergenceError, match=r"of repeat 2 .*with SGD\(lr=1e\+30\)") as caught:
        minidl.run_all(configs)
    results = caught.value.result
    assert [len(result.repeats[0].history) for result in results] == [2, 0, 2, 0]
    assert [path.exists() for path in saved] == [True, False, True, False]
    assert sizes == [4]
    good = [config.updated({"save": None}) for config in configs[::2]]
    require_as_single(results[::2], good)


@pytest.mark.parametrize("engine", ["python", "grouping"])
def test_repeats_that_diverge_leave_the_others_alone_and_are_reported_with_all_results(engine: str) -> None:
    class Worse:
        @hookimpl
        def minidl_run_started(self, run: Run) -> None:
            if run.repeat == 2:
                run.optimizer.lr = 1e30  # type: ignore[attr-defined]

    config = RunConfig(repeats=3, **SMALL | {"engine": engine})
    with pytest.raises(minidl.DivergenceError, match=r"of repeat 2 became \S+ at step 3 \(epoch 1 of 2\)") as caught:
        minidl.run(config, hooks=[Worse()])
    assert [len(repeat.history) for repeat in caught.value.result.repeats] == [2, 0, 2]
    assert not caught.value.result.interrupted


def test_ctrl_c_in_the_last_hook_of_a_run_that_diverges_ends_its_group() -> None:
    class Stopping:
        @hookimpl
        def minidl_run_ended(self, run: Run) -> None:
            if run.failure is not None:
                raise KeyboardInterrupt

    configs = [RunConfig(**GROUPED | {"optimizer": f"sgd:lr={lr}"}) for lr in (0.1, 1e30)]
    with pytest.raises(TrainingInterrupted) as stopped:
        minidl.run_all(configs, hooks=[Stopping()])
    assert [len(result.repeats[0].history) for result in stopped.value.result] == [0, 0]
    assert all(result.interrupted for result in stopped.value.result)


def test_a_hook_that_fails_where_another_run_diverges_is_reported_and_the_good_runs_are_kept() -> None:
    class Failing:
        @hookimpl
        def minidl_run_ended(self, run: Run) -> None:
            if run.repeat == 1:
                raise ValueError("boom")

    configs = [RunConfig(**GROUPED | {"optimizer": f"sgd:lr={lr}"}) for lr in (0.1, 1e30, 0.05)]
    with pytest.raises(HookError, match="boom") as caught:
        minidl.run_all(configs, hooks=[Failing()])
    assert [len(result.repeats[0].history) for result in caught.value.result] == [2, 0, 2]


def test_a_part_that_fails_ends_its_group() -> None:
    class Failing(Wholesale):
        def step(self) -> None:
            self.taken = getattr(self, "taken", 0) + 1
            if self.lr == 0.5 and self.taken == 5:
                raise ValueError("boom")
            super().step()

    default_registry().register("optimizer", "failing", Failing)
    configs = [RunConfig(**GROUPED | {"optimizer": f"failing:lr={lr}"}) for lr in (0.1, 0.5)]
    with pytest.raises(PluginError, match="the optimizer failing failed in step") as caught:
        minidl.run_all(configs)
    assert [len(result.repeats[0].history) for result in caught.value.result] == [1, 1]


class Watching:
    """Keeps what it saw of each run."""

    def __init__(self, stop_after: int = 99) -> None:
        self.stop_after = stop_after
        self.seen: list[tuple[str, int, int]] = []
        self.losses: list[bool] = []

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.seen.append(("started", run.repeat, run.step))

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        self.seen.append((f"epoch {epoch.epoch}", run.repeat, run.step))
        scores = minidl.evaluate(run.model, run.data.test, run.loss, run.metrics)
        self.losses.append(scores == epoch.test)
        if len(self.losses) == self.stop_after:
            raise KeyboardInterrupt

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        self.seen.append(("ended", run.repeat, run.step))


def test_hooks_see_each_run_of_a_group_after_each_epoch() -> None:
    watching = Watching()
    minidl.run(RunConfig(repeats=2, **GROUPED), hooks=[watching])
    assert watching.seen == [
        ("started", 1, 0),
        ("started", 2, 0),
        ("epoch 1", 1, 3),
        ("epoch 1", 2, 3),
        ("epoch 2", 1, 6),
        ("epoch 2", 2, 6),
        ("ended", 1, 6),
        ("ended", 2, 6),
    ]
    assert all(watching.losses)


def test_ctrl_c_ends_all_runs_of_a_group_and_keeps_what_was_reached_of_each_configuration(tmp_path: Path) -> None:
    base = RunConfig(repeats=2, **GROUPED)
    saved = tmp_path / "one.safetensors"
    configs = [base.updated({"repeats": 1, "save": str(saved)}), base.updated({"epochs": 3}), base]
    with pytest.raises(TrainingInterrupted) as stopped:
        minidl.run_all(configs, hooks=[Watching(stop_after=4)])
    first, second = stopped.value.result
    assert not first.interrupted
    assert saved.exists()
    assert second.interrupted
    assert [len(repeat.history) for repeat in (*first.repeats, *second.repeats)] == [2, 1, 1]


def test_losses_whose_sum_overflows_are_no_divergence() -> None:
    class Huge(minidl.Loss):
        def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
            self.prediction = prediction
            return 1e308 + 0 * (prediction + target).sum()

        def backward(self) -> Tensor:
            return torch.zeros_like(self.prediction)

    default_registry().register("loss", "huge", Huge)
    result = minidl.run(RunConfig(repeats=3, **GROUPED | {"loss": "huge"}))
    assert [repeat.final["train"]["loss"] for repeat in result.repeats] == [1e308] * 3
