"""Parts that fail, exit or print while a network is trained."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import minidl_core as minidl
from minidl_core import (
    Data,
    Dataset,
    Loss,
    Metric,
    Module,
    Optimizer,
    PluginError,
    RunConfig,
    Samples,
    Shape,
    TrainingInterrupted,
    generator,
)
from minidl_core.interfaces.parameter import Parameter
from minidl_core.registry import Registry, default_registry
from tests.support.site_packages import Site

RAISED: dict[str, BaseException] = {
    "SystemExit: 0": SystemExit(0),
    "SystemExit: 3": SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt(),
    "GeneratorExit": GeneratorExit(),
    "BaseException: odd": BaseException("odd"),
    "StopIteration": StopIteration(),
    "ValueError: wrong": ValueError("wrong"),
}


class Failing:
    """Raises in one of its methods, at one of its calls.

    Args:
        where: the method.
        what: a key of `RAISED`.
        after: the calls that pass before.
    """

    def __init__(self, where: str = "", what: str = "SystemExit: 0", after: int = 0) -> None:
        self.where, self.what, self.left = where, what, after
        self.reach("__init__")

    def reach(self, method: str) -> None:
        """Raise if this is the place."""
        if method == self.where:
            self.left -= 1
            if self.left < 0:
                raise RAISED[self.what]


class FailingLayer(Failing, Module):
    """A layer that does nothing, or fails."""

    def build(self, in_shape: Shape) -> Shape:
        self.reach("build")
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.reach("forward" if self.training else "evaluation")
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        self.reach("backward")
        return grad_output


class FailingLoss(Failing, Loss):
    """Half the squared distance, or a failure."""

    def check_targets(self, targets: Tensor) -> None:
        self.reach("check_targets")

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.reach("forward")
        self.difference = prediction - target
        return self.difference.square().mean() / 2

    def backward(self) -> Tensor:
        self.reach("backward")
        return self.difference / self.difference.numel()


class FailingOptimizer(Failing, Optimizer):
    """Gradient descent, or a failure."""

    def attach(self, parameters: list[Parameter]) -> None:  # type: ignore[override]
        self.reach("attach")
        super().attach(parameters)

    def step(self) -> None:
        self.reach("step")
        self.block.add_grad(-0.1)


class FailingMetric(Failing, Metric):
    """Nothing, or a failure."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.reach("compute")
        return torch.zeros(())


class FailingDataset(Failing, Dataset):
    """A line, or a failure."""

    def load(self, seed: int) -> Data:
        self.reach("load")
        return line(seed)


PARTS: dict[str, type[Any]] = {
    "layer": FailingLayer,
    "loss": FailingLoss,
    "optimizer": FailingOptimizer,
    "metric": FailingMetric,
    "dataset": FailingDataset,
}
"""The parts that fail, by kind."""

WHERE = {
    "layer": ("build", "forward", "backward", "evaluation"),
    "loss": ("check_targets", "forward", "backward"),
    "optimizer": ("attach", "step"),
    "metric": ("compute",),
    "dataset": ("load",),
}
"""Where they fail."""

PLACES = [(kind, method) for kind, methods in WHERE.items() for method in ("__init__", *methods)]


def line(seed: int = 0) -> Data:
    """Return 40 samples of a line."""
    inputs = torch.rand(40, 1, generator=generator(seed))
    samples = Samples(inputs, 3 * inputs)
    return Data(samples, samples, "regression")


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Register the parts under `failing`, and forget them afterwards."""
    monkeypatch.setattr(default_registry(), "_entries", default_registry().entries())
    for kind, part in PARTS.items():
        default_registry().register(kind, "failing", part)
    return default_registry()


def configured(kind: str, spec: str, **changes: Any) -> RunConfig:
    """Return a configuration with one part that fails."""
    parts = {"layer": "linear:1", "loss": "mse", "optimizer": "sgd", "metric": "mae", "dataset": "failing"} | {
        kind: spec
    }
    layers = f"linear:2,{parts['layer']},linear:1" if kind == "layer" else "linear:1"
    return RunConfig(
        layers=layers,
        loss=parts["loss"],
        optimizer=parts["optimizer"],
        metrics=parts["metric"],
        data=parts["dataset"],
        **{"epochs": 3, **changes},
    )


@pytest.mark.parametrize("what", RAISED)
@pytest.mark.parametrize(("kind", "method"), PLACES)
def test_any_exception_of_a_part_is_an_error_that_names_it(kind: str, method: str, what: str) -> None:
    with pytest.raises(PluginError) as caught:
        minidl.run(configured(kind, f"failing:where={method}:what='{what}'"))
    message = str(caught.value)
    assert "failing" in message
    assert message.endswith(what)
    if method == "__init__":
        assert "could not be created from 'failing:where=__init__" in message
    else:
        name = {"evaluation": "forward"}.get(method, method)
        assert f"failed in {name}, line " in message
        assert (" at position 2 failed" if kind == "layer" else f"the {kind} failing_{kind} failed") in message
    assert caught.value.__cause__ is not None
    assert caught.value.exit_status == 1


@pytest.mark.parametrize("what", ["SystemExit: 0", "ValueError: wrong", "KeyboardInterrupt"])
@pytest.mark.parametrize(
    ("kind", "method", "after"),
    [("layer", "forward", 9), ("loss", "backward", 9), ("optimizer", "step", 9), ("metric", "compute", 4)],
)
def test_what_was_reached_before_a_part_failed_is_in_the_result_and_saved(
    kind: str, method: str, after: int, what: str, tmp_path: Path
) -> None:
    path = tmp_path / "reached.safetensors"
    spec = f"failing:{method}:'{what}':{after}"
    with pytest.raises(PluginError) as caught:
        minidl.run(configured(kind, spec, save=str(path)))
    (repeat,) = caught.value.result.repeats
    assert [epoch.epoch for epoch in repeat.history] == [1, 2]
    assert path.exists()
    json.dumps(caught.value.result.to_json(), allow_nan=False)


def test_in_fit_too_the_error_has_what_was_reached_and_its_cause() -> None:
    with pytest.raises(PluginError) as caught:
        minidl.run(configured("dataset", "failing:load"))
    assert caught.value.result is None  # nothing had begun
    layers = [minidl.sequential("linear:1")[0], FailingLayer("backward", "ValueError: wrong", after=8)]
    with pytest.raises(PluginError, match="failing_layer at position 2 failed in backward") as caught:
        minidl.fit(minidl.Sequential(layers), line(), epochs=5)
    assert len(caught.value.result.history) == 2
    assert isinstance(caught.value.__cause__, ValueError)


def test_repeats_that_were_trained_before_one_fails_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured("dataset", "failing", repeats=3)
    loads: list[int] = []

    def load(self: FailingDataset, seed: int) -> Data:
        loads.append(seed)
        if len(loads) == 3:
            sys.exit()
        return line(seed)

    monkeypatch.setattr(FailingDataset, "load", load)
    with pytest.raises(PluginError, match="dataset failing_dataset") as caught:
        minidl.run(config)
    assert [repeat.seed for repeat in caught.value.result.repeats] == [0, 1]


class Around(Module):
    """A layer around a chain and another layer."""

    def __init__(self, first: Module, second: Module) -> None:
        self.chain, self.single = minidl.Sequential([minidl.sequential("relu")[0], first]), second

    def build(self, in_shape: Shape) -> Shape:
        return self.single.build(self.chain.build(in_shape))

    def forward(self, x: Tensor) -> Tensor:
        return self.single.forward(self.chain.forward(x))

    def backward(self, grad_output: Tensor) -> Tensor:
        return self.chain.backward(self.single.backward(grad_output))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("backward", "", "failing_layer at position 2 in around at position 2 failed in backward"),
        ("", "forward", "failing_layer in around at position 2 failed in forward"),
    ],
)
def test_a_layer_inside_another_is_named_with_both_places(first: str, second: str, message: str) -> None:
    around = Around(FailingLayer(first), FailingLayer(second))
    linear = minidl.sequential("linear:1")[0]
    with pytest.raises(PluginError, match=message):
        minidl.fit(minidl.Sequential([linear, around]), line())


def test_the_distribution_that_provides_the_part_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.module(
        "plug_leaving",
        """
        import sys
        from minidl_core import Module
        class Leaving(Module):
            def forward(self, x):
                sys.exit()
        """,
    )
    site.install("acme", "[minidl.layers]\nleaving = plug_leaving:Leaving\n")
    layers = [minidl.sequential("linear:1")[0], site.registry().load("layer", "leaving")()]
    loss, steps = (default_registry().load(*part)() for part in (("loss", "mse"), ("optimizer", "sgd")))
    monkeypatch.setattr("minidl_core.registry.registry._default", site.registry())
    with pytest.raises(PluginError, match=r"^leaving of acme 1\.0 at position 2 failed in forward, line 6 of"):
        minidl.fit(minidl.Sequential(layers), line(), loss, steps, metrics=[])


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let SIGINT raise a KeyboardInterrupt, which it does not where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_interrupts_even_if_a_part_turns_it_into_an_exit() -> None:
    class Swallowing(FailingLayer):
        def forward(self, x: Tensor) -> Tensor:
            self.left += self.training
            if self.left == 6:
                try:
                    signal.raise_signal(signal.SIGINT)
                except KeyboardInterrupt:
                    sys.exit(0)
            return x

    with pytest.raises(TrainingInterrupted) as caught:
        minidl.fit(minidl.Sequential([Swallowing()]), line(), epochs=9)
    assert len(caught.value.result.history) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_another_thread_a_part_fails_as_in_the_main_one() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(PluginError, match="KeyboardInterrupt"):
        pool.submit(minidl.run, configured("layer", "failing:forward:KeyboardInterrupt")).result()


def test_an_error_for_the_user_is_left_as_it_is() -> None:
    class Refusing(FailingLayer):
        def forward(self, x: Tensor) -> Tensor:
            raise minidl.DataError("too cold")

    with pytest.raises(minidl.DataError, match="^too cold$"):
        minidl.fit(minidl.Sequential([Refusing()]), line())


LOUD = """
import torch
from minidl_core import Data, Dataset, Loss, Metric, Module, Optimizer
class Loud(Module):
    def __init__(self): print("loud")
    def build(self, shape): print("loud"); return shape
    def forward(self, x): print("loud"); return x
    def backward(self, grad): print("loud"); return grad
class LoudLoss(Loss):
    def forward(self, p, t): print("loud"); self.d = p - t; return self.d.square().mean()
    def backward(self): print("loud"); return self.d
class LoudSteps(Optimizer):
    def attach(self, p): print("loud"); super().attach(p)
    def step(self): print("loud")
class LoudMetric(Metric):
    def compute(self, p, t): print("loud"); return p.mean()
class LoudData(Dataset):
    def load(self, seed):
        print("loud"); x = torch.ones(20, 2); return Data((x, x), (x, x), "regression")
"""

LOUD_RUN = [
    "--layers",
    "loud,linear:2",
    "--loss",
    "loud_loss",
    "--optimizer",
    "loud_steps",
    "--metrics",
    "loud_metric",
    "--data",
    "loud_data",
]


@pytest.mark.parametrize("repeats", ["1", "2"])
def test_what_parts_print_goes_to_stderr(minidl: Any, tmp_path: Path, repeats: str) -> None:
    (tmp_path / "loud.py").write_text(LOUD)
    options = ["--plugin", "loud.py", "--epochs", "2", "--repeats", repeats]
    done = minidl("run", *LOUD_RUN, *options, "--json")
    assert len(json.loads(done.stdout)["repeats"]) == int(repeats)
    assert "loud" in done.stderr
    shown = minidl("run", *LOUD_RUN, *options)
    assert "loud\n" not in shown.stdout
    assert "loud" in shown.stdout  # the network's table
    assert "After 2 epochs" in shown.stdout
    assert shown.returncode == 0


def test_an_exit_is_no_success_and_says_so_on_stderr(minidl: Any, tmp_path: Path) -> None:
    (tmp_path / "leaving.py").write_text(
        textwrap.dedent(
            """
            import sys
            from minidl_core import Module
            class Leaving(Module):
                steps = 0
                def forward(self, x):
                    self.steps += self.training
                    if self.steps > 150:
                        sys.exit(0)
                    return x
                def backward(self, grad):
                    return grad
            """
        )
    )
    done = minidl("run", "--plugin", "leaving.py", "--layers", "linear:2,leaving", "--epochs", "9", "--json")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: leaving at position 2 failed in forward, line 9 of leaving.py: SystemExit: 0\n",
    )
    assert len(json.loads(done.stdout)["repeats"][0]["history"]) == 1


@pytest.mark.slow
def test_a_real_ctrl_c_in_a_layer_interrupts_training(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(
        "import time\nfrom minidl_core import Module\nclass Slow(Module):\n    def forward(self, x):\n"
        "        print('training', flush=True); time.sleep(0.02); return x\n    def backward(self, g): return g\n"
    )
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heeding}; from minidl_core.cli.main import main; main()"
    arguments = ["run", "--plugin", "slow.py", "--layers", "linear:2,slow", "--epochs", "99", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "training\n"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["interrupted"] is True
