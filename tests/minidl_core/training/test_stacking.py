"""Repeats in a stack: when they are stacked, what hooks see, and the warning if they cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    Module,
    Optimizer,
    Run,
    RunConfig,
    RunResult,
    RunWarning,
    Shape,
    TrainingInterrupted,
    default_registry,
    hookimpl,
    register,
)
from minidl_core.training import fit
from minidl_core.training.run_state import Run as State

SMALL = {"data": "disk:train=30:test=10", "epochs": 2, "layers": "linear:4,relu,linear:2", "dtype": "float64"}


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that will hold how many runs were trained at once, each time."""
    trained: list[int] = []
    train = fit.train

    def recorded(stacked: Any, *rest: Any) -> None:
        trained.append(len(stacked.runs))
        train(stacked, *rest)

    monkeypatch.setattr(fit, "train", recorded)
    return trained


def test_repeats_of_a_small_network_are_trained_at_once(sizes: list[int]) -> None:
    result = minidl.run(RunConfig(repeats=4, **SMALL))
    assert sizes == [4]
    assert [repeat.seed for repeat in result.repeats] == [0, 1, 2, 3]
    assert len({repeat.final["train"]["loss"] for repeat in result.repeats}) == 4


def test_without_stacking_they_are_trained_one_by_one(sizes: list[int]) -> None:
    minidl.run(RunConfig(repeats=3, without=("stacking",), **SMALL))
    assert sizes == [1, 1, 1]


def test_a_network_that_keeps_a_processor_busy_is_not_stacked(sizes: list[int]) -> None:
    config = RunConfig(repeats=2, epochs=1, layers="linear:1500,relu,linear:1500,linear:2", data="disk:train=4:test=2")
    minidl.run(config)
    assert sizes == [1, 1]


def test_a_stack_takes_no_more_memory_than_expected(sizes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_of_a_run = 40 * 4 * 8
    monkeypatch.setattr("minidl_core.training.repeats.MOST_BYTES", 2 * bytes_of_a_run)
    minidl.run(RunConfig(repeats=5, **SMALL))
    assert sizes == [2, 2, 1]


class Stubborn(Module):
    """It takes no runs in front, and says so."""

    supports_stacking = False

    def forward(self, x: Tensor) -> Tensor:
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class Mixing(Stubborn):
    """It mixes the runs, and does not say so."""

    supports_stacking = True

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(0)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output - grad_output.mean(0)


class Failing(Stubborn):
    """It fails for more than two dimensions."""

    supports_stacking = True

    def forward(self, x: Tensor) -> Tensor:
        return x.t().t()


class Drawing(Stubborn):
    """It draws from its own source for all runs at once."""

    supports_stacking = True

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.empty_like(x).bernoulli_(0.5, generator=self.generator)


class Remembering(Stubborn):
    """It draws numbers when it is built, and keeps them where nobody knows of them."""

    supports_stacking = True

    def build(self, in_shape: Shape) -> Shape:
        self.drawn = torch.rand(in_shape, generator=self.generator, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drawn


class Centering(Stubborn):
    """It mixes the runs, which shows little where the loss is large."""

    supports_stacking = True

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean()

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output - grad_output.mean()


class Wholesale(Optimizer):
    """It looks at the gradient as a whole."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        value, grad = self.block
        value.add_(grad / grad.norm(), alpha=-self.lr)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Stubborn, r"stubborn at position 2 does not support it"),
        (Mixing, r"stacked, the results differ from those of single runs"),
        (Failing, r"stacked, it fails with RuntimeError: t\(\) expects a tensor with <= 2 dimensions"),
        (Drawing, r"stacked, the results differ from those of single runs"),
        (Remembering, r"stacked, the results differ from those of single runs"),
    ],
)
def test_what_cannot_be_stacked_is_trained_one_by_one_with_a_notice(
    part: Any, message: str, sizes: list[int], request: pytest.FixtureRequest
) -> None:
    name = part.__name__.lower()
    register(part)
    request.addfinalizer(lambda: default_registry().unregister_module(part.__module__))
    config = RunConfig(repeats=3, **SMALL | {"layers": f"linear:4,{name},linear:2"})
    with pytest.warns(RunWarning, match=f"trained one after another, not stacked: {message}") as notices:
        result = minidl.run(config)
    assert len(notices) == 1
    assert sizes == [1, 1, 1]
    single = [minidl.run(config.updated({"repeats": 1, "seed": seed})).repeats[0] for seed in range(3)]
    assert [one.final for one in result.repeats] == [one.final for one in single]


def test_runs_that_are_mixed_up_are_noticed_where_losses_are_large(
    sizes: list[int], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    register(Centering)
    request.addfinalizer(lambda: default_registry().unregister_module(Centering.__module__))
    rows = (f"{3 * number},{number % 7},{1e5 + 1000 * (number % 5)}" for number in range(40))
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c", *rows]))
    config = RunConfig(
        repeats=2,
        layers="linear:4,centering,linear:1",
        data=f"table:{tmp_path}/table.csv:target=c:standardize=false",
        optimizer="sgd:lr=1e-9",
        epochs=1,
    )
    with pytest.warns(RunWarning, match="stacked, the results differ from those of single runs"):
        minidl.run(config)
    assert sizes == [1, 1]


def test_networks_without_parameters_are_stacked_too(sizes: list[int]) -> None:
    config = RunConfig(repeats=3, **SMALL | {"layers": "relu"})
    require_as_single([minidl.run(config)], [config])
    assert sizes[0] == 3


OPTIMIZERS = ("sgd:lr=0.1", "sgd:lr=0.02:momentum=0.9", "sgd:lr=0.02:weight_decay=0.1", "adam:lr=0.01", "wholesale")


def require_as_single(found: list[RunResult], configs: list[RunConfig]) -> None:
    for result, config in zip(found, configs, strict=True):
        for number, repeat in enumerate(result.repeats):
            (single,) = minidl.run(config.updated({"repeats": 1, "seed": config.seed + number})).repeats
            for epoch, expected in zip(repeat.history, single.history, strict=True):
                assert epoch.train == pytest.approx(expected.train, rel=1e-10)
                assert epoch.test == pytest.approx(expected.test, rel=1e-10)


@pytest.fixture
def wholesale() -> Iterator[None]:
    """Make the optimizer known by its name."""
    register(Wholesale)
    yield
    default_registry().unregister_module(Wholesale.__module__)


@pytest.mark.usefixtures("wholesale")
def test_an_optimizer_that_is_not_elementwise_updates_each_run_of_a_stack_separately(sizes: list[int]) -> None:
    config = RunConfig(repeats=3, **SMALL | {"optimizer": "wholesale:lr=0.1"})
    result = minidl.run(config)
    assert sizes == [3]
    require_as_single([result], [config])


@pytest.mark.usefixtures("wholesale")
@pytest.mark.parametrize("layers", ["linear:4,relu,linear:2", "linear:5:bias=false,batch_norm,dropout:0.2,linear:2"])
def test_configurations_that_differ_in_numbers_are_trained_at_once(sizes: list[int], layers: str) -> None:
    configs = [
        RunConfig(repeats=1 + number % 2, seed=10 * number, optimizer=optimizer, **SMALL | {"layers": layers})
        for number, optimizer in enumerate(OPTIMIZERS)
    ]
    results = minidl.run_all(configs)
    assert sizes == [7]
    assert [result.config.optimizer for result in results] == list(OPTIMIZERS)
    assert [len(result.repeats) for result in results] == [1, 2, 1, 2, 1]
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
        {"without": "fused-update"},
        {"data": "disk:train=20:test=10"},
    ],
)
def test_configurations_that_differ_in_more_are_trained_in_stacks_of_their_own(
    sizes: list[int], other: dict[str, Any]
) -> None:
    configs = [RunConfig(repeats=2, **SMALL), RunConfig(repeats=2, **SMALL).updated(other)]
    results = minidl.run_all(configs)
    assert sizes == [2, 2]
    require_as_single(results, configs)


def test_configurations_of_tables_of_equal_size_are_trained_at_once(sizes: list[int], tmp_path: Path) -> None:
    for name, shift in (("one", 0), ("other", 100)):
        rows = (f"{3 * number + shift},{number % 7},{'yes' if number % 3 else 'no'}" for number in range(40))
        (tmp_path / f"{name}.csv").write_text("\n".join(["a,b,c", *rows]))
    configs = [RunConfig(**SMALL | {"data": f"table:{tmp_path / name}.csv:target=c"}) for name in ("one", "other")]
    require_as_single(minidl.run_all(configs), configs)
    assert sizes == [2, 1, 1]


def test_nothing_is_trained_for_no_configuration() -> None:
    assert minidl.run_all([]) == []


@pytest.mark.parametrize("configs", [RunConfig(), [{"epochs": 1}], [RunConfig(), None]])
def test_what_is_no_configuration_is_refused(configs: Any) -> None:
    with pytest.raises(minidl.ConfigError, match=r"run_all takes a list of RunConfig, not .*: write run_all\("):
        minidl.run_all(configs)


def test_two_networks_are_not_saved_to_one_file(tmp_path: Path) -> None:
    config = RunConfig(save=tmp_path / "one.safetensors", **SMALL)
    with pytest.raises(minidl.ConfigError, match="several configurations save to one file"):
        minidl.run_all([config, config])
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_that_diverges_does_not_end_the_others(sizes: list[int], tmp_path: Path) -> None:
    rates = (0.1, 1e30, 0.02, 1e20)
    saved = [tmp_path / f"{place}.safetensors" for place in range(4)]
    configs = [
        RunConfig(**SMALL | {"optimizer": f"sgd:lr={rate}", "save": path})
        for rate, path in zip(rates, saved, strict=True)
    ]
    with pytest.raises(minidl.DivergenceError, match=r"of repeat 2 .*with SGD\(lr=1e\+30\)") as caught:
        minidl.run_all(configs)
    results = caught.value.result
    assert [len(result.repeats[0].history) for result in results] == [2, 0, 2, 0]
    assert [path.exists() for path in saved] == [True, False, True, False]
    assert sizes == [4, 3, 2]
    require_as_single(
        [results[0], results[2]], [configs[0].updated({"save": None}), configs[2].updated({"save": None})]
    )


def test_what_was_reached_before_a_divergence_is_in_its_result() -> None:
    grow = {"optimizer": "sgd:lr=3", "epochs": 99, "layers": "linear:2", "loss": "mse", "dtype": "float32"}
    for repeats in (1, 3):
        with pytest.raises(minidl.DivergenceError) as caught:
            minidl.run(RunConfig(repeats=repeats, **SMALL | grow))
        assert len(caught.value.result.repeats) == repeats
        assert len(caught.value.result.repeats[0].history) > 1
    with pytest.raises(minidl.DivergenceError) as caught:
        minidl.fit("linear:2", "disk:train=30:test=10", optimizer="sgd:lr=3", epochs=99)
    assert len(caught.value.result.history) > 1


def test_losses_whose_sum_overflows_are_no_divergence() -> None:
    class Huge(minidl.Loss):
        def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
            self.prediction = prediction
            return 1e308 + 0 * (prediction + target).sum((-2, -1))

        def backward(self) -> Tensor:
            return torch.zeros_like(self.prediction)

    register(Huge)
    try:
        result = minidl.run(RunConfig(repeats=3, **SMALL | {"loss": "huge"}))
    finally:
        default_registry().unregister_module(Huge.__module__)
    assert [repeat.final["train"]["loss"] for repeat in result.repeats] == [1e308] * 3


def test_a_mistake_in_a_later_configuration_is_reported_before_training(sizes: list[int]) -> None:
    with pytest.raises(minidl.UnknownNameError, match="sdg"):
        minidl.run_all([RunConfig(**SMALL), RunConfig(optimizer="sdg")])
    assert sizes == []


def test_ctrl_c_keeps_what_was_reached_of_each_configuration(tmp_path: Path) -> None:
    base = RunConfig(repeats=2, **SMALL)
    saved = tmp_path / "one.safetensors"
    configs = [base.updated({"repeats": 1, "save": str(saved)}), base.updated({"epochs": 3}), base]
    with pytest.raises(TrainingInterrupted) as stopped:
        minidl.run_all(configs, hooks=[Watching(stop_after=4)])
    first, second = stopped.value.result
    assert not first.interrupted
    assert saved.exists()
    assert second.interrupted
    assert [len(repeat.history) for repeat in (*first.repeats, *second.repeats)] == [2, 1, 1]


class Watching:
    """It keeps what it saw of each run."""

    def __init__(self, stop_after: int = 99) -> None:
        self.stop_after = stop_after
        self.seen: list[tuple[str, int, int]] = []
        self.losses: list[bool] = []
        self.gradients: list[float] = []

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.seen.append(("started", run.repeat, run.step))

    @hookimpl
    def minidl_epoch_ended(self, run: State, epoch: Any) -> None:
        self.seen.append((f"epoch {epoch.epoch}", run.repeat, run.step))
        scores = minidl.evaluate(run.model, run.data.test, run.loss, run.metrics)
        self.losses.append(scores == pytest.approx(epoch.test, rel=1e-10))
        self.gradients.append(float(run.model.parameters()[0].grad.abs().sum()))
        if len(self.losses) == self.stop_after:
            raise KeyboardInterrupt

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        self.seen.append(("ended", run.repeat, run.step))


def test_hooks_see_each_run_with_its_own_network() -> None:
    watching = Watching()
    minidl.run(RunConfig(repeats=2, **SMALL), hooks=[watching])
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
    assert all(watching.gradients)
    assert len(set(watching.gradients)) == 4


def test_ctrl_c_ends_all_runs_of_the_stack_and_keeps_what_was_reached() -> None:
    with pytest.raises(TrainingInterrupted) as stopped:
        minidl.run(RunConfig(repeats=3, **SMALL), hooks=[Watching(stop_after=1)])
    result = stopped.value.result
    assert [len(repeat.history) for repeat in result.repeats] == [1, 1, 1]


def test_divergence_names_the_repeat_and_its_step() -> None:
    config = RunConfig(repeats=3, **SMALL | {"optimizer": "sgd:lr=1e20", "epochs": 9})
    with pytest.raises(
        minidl.DivergenceError, match=r"the loss of repeat \d became (nan|inf) at step \d+ \(epoch \d of 9\)"
    ):
        minidl.run(config)


@pytest.mark.usefixtures("wholesale")
@pytest.mark.parametrize("optimizer", ["sgd:lr=0.05:momentum=0.9", "adam", "wholesale"])
def test_each_run_gets_its_own_parts_back(optimizer: str) -> None:
    runs: list[State] = []

    class Keeping:
        @hookimpl
        def minidl_run_ended(self, run: Run) -> None:
            runs.append(run)

    config = RunConfig(repeats=2, optimizer=optimizer, **SMALL)
    minidl.run(config, hooks=[Keeping()])
    stacked, runs = runs, []
    minidl.run(config.updated({"without": "stacking"}), hooks=[Keeping()])
    for one, single in zip(stacked, runs, strict=True):
        for name, tensor in single.optimizer.state().items():
            torch.testing.assert_close(one.optimizer.state()[name], tensor, rtol=1e-10, atol=1e-12)
        one.model.parameters()[0].value.fill_(7.0)
        assert one.optimizer.block.value[0] == 7
    assert stacked[1].model.parameters()[0].value[0, 0] == 7
    assert stacked[0].optimizer.block.value.data_ptr() != stacked[1].optimizer.block.value.data_ptr()


def test_time_is_shared_equally() -> None:
    repeats = minidl.run(RunConfig(repeats=3, **SMALL)).repeats
    for phase in ("forward", "backward", "update"):
        assert len({getattr(repeat.seconds, phase) for repeat in repeats}) == 1
        assert getattr(repeats[0].seconds, phase) > 0
