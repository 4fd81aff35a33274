"""Hooks that change what compiled code relies on: the native engine must do what Python does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from minidl_core import Metric, Module, Optimizer, Run, Shape, hookimpl
from minidl_core.assembly import make
from minidl_native.native import Native
from tests.support.engine_runs import difference, train, train_in_python, train_natively
from tests.support.small_runs import small_data, small_run

pytestmark = pytest.mark.slow


class Passing(Module):
    """The base of layers that pass gradients on."""

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * 1.0


class ScalesFirstStep(Passing):
    """Does something else in its first step, until a hook says that the next one is the first again."""

    started = False

    def forward(self, x: Tensor) -> Tensor:
        scale = 1.0 if self.started else 3.0
        self.started = True
        return x * scale


class ScalesEvaluation(Passing):
    """Uses a tensor in evaluations only."""

    def build(self, in_shape: Shape) -> Shape:
        self.scale = torch.ones(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        return x * 1.0 if self.training else x * self.scale


class DrawsAlways(Passing):
    """Draws random numbers in evaluations, too."""

    def forward(self, x: Tensor) -> Tensor:
        self.mask = torch.empty_like(x).bernoulli_(0.8, generator=self.generator)
        return x * self.mask


class ScaledError(Metric):
    """A metric with a setting."""

    scale = 1.0

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().mean() * self.scale


class Momentum(Optimizer):
    """Sets its velocity in its first step."""

    def __init__(self) -> None:
        self.velocity: Tensor | None = None

    def step(self) -> None:
        value, grad = self.block
        if self.velocity is None:
            self.velocity = grad.clone()
        else:
            self.velocity.mul_(0.9).add_(grad)
        value.sub_(self.velocity, alpha=0.05)

    def state(self) -> dict[str, Tensor]:
        return {} if self.velocity is None else {"velocity": self.velocity}


def restart_layer(run: Run) -> None:
    run.model.layers[1].started = False  # type: ignore[attr-defined]


def restart_momentum(run: Run) -> None:
    run.optimizer.velocity = None  # type: ignore[attr-defined]


def replace_tensor(run: Run) -> None:
    layer: Any = run.model.layers[1]
    layer.scale = layer.scale * 2


def replace_memory(run: Run) -> None:
    run.data.train.inputs.data = run.data.train.inputs + 1


def replace_data(run: Run) -> None:
    run.data = small_data(seed=3)


def scale_metric(run: Run) -> None:
    run.metrics["scaled_error"].scale *= 2  # type: ignore[attr-defined]


def replace_weights(run: Run) -> None:
    weight = run.model.parameters()[0]
    weight.value.data = weight.value * 0.5


def do_nothing(_: Run) -> None:
    """Leave the run as it is."""


CASES: dict[str, tuple[type | None, Callable[[Run], None]]] = {
    "a layer's first step again": (ScalesFirstStep, restart_layer),
    "an optimizer's first step again": (Momentum, restart_momentum),
    "a tensor of evaluations": (ScalesEvaluation, replace_tensor),
    "a setting of a metric": (ScaledError, scale_metric),
    "the memory of the data": (None, replace_memory),
    "the data": (None, replace_data),
    "random numbers in evaluations": (DrawsAlways, do_nothing),
    "the memory of weights": (None, replace_weights),
}


def run_with(part: type | None) -> Run:
    first, last = make("layer", "linear:4"), make("layer", "linear:2")
    layers = [first, part(), last] if part is not None and issubclass(part, Module) else [first, last]
    optimizer = part() if part is not None and issubclass(part, Optimizer) else "sgd"
    metrics = [part()] if part is not None and issubclass(part, Metric) else None
    return small_run(layers, optimizer=optimizer, metrics=metrics, data=small_data(), epochs=3)


@pytest.mark.parametrize("name", CASES)
def test_what_a_hook_changes_holds_from_the_next_step_on(name: str) -> None:
    part, change = CASES[name]

    class Changing:
        @hookimpl
        def minidl_epoch_ended(self, run: Run) -> None:
            change(run)

    native = train_natively(run_with(part), Changing())
    python = train_in_python(run_with(part), Changing())
    assert difference(native, python) < 1e-12
    for one, other in zip(native.result.history, python.result.history, strict=True):
        assert one.train == pytest.approx(other.train, rel=1e-12)
        assert one.test == pytest.approx(other.test, rel=1e-12)


def test_gradients_that_are_asked_for_late_are_kept_from_the_next_step_on() -> None:
    found: list[float] = []

    class Asking:
        @hookimpl
        def minidl_epoch_ended(self, run: Run) -> None:
            if run.keep_gradients:
                found.extend(float(parameter.grad.norm()) for parameter in run.model.parameters())
            run.keep_gradients = True

    train_natively(run_with(None), Asking())
    native, found = found, []
    train_in_python(run_with(None), Asking())
    assert len(native) == 8
    assert native == pytest.approx(found, rel=1e-12)


class LooksAhead(Optimizer):
    """Calls other operations in every fifth step."""

    def __init__(self) -> None:
        self.steps = 0

    def attach(self, parameters: Any) -> None:
        super().attach(parameters)
        self.slow = self.block.value.clone()

    def step(self) -> None:
        self.steps += 1
        self.block.add_grad(-0.05)
        if self.steps % 5 == 0:
            self.slow.lerp_(self.block.value, 0.5)
            self.block.value.copy_(self.slow)


def test_an_optimizer_that_calls_other_operations_every_fifth_step_goes_on_in_python_with_a_notice() -> None:
    runs = [small_run(optimizer=LooksAhead(), epochs=3) for _ in range(2)]
    train(Native(), [runs[0]])
    train_in_python(runs[1])
    assert difference(*runs) < 1e-12
    (notice,) = runs[0].result.notices
    assert "steps are taken in Python: the optimizer looks_ahead calls other operations than" in notice.message
