"""Steps in Python: the definition of a step, written once more in the simplest way."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from minidl_core import Module, Optimizer, Run, RunConfig, Sequential, hookimpl, sequential
from minidl_core.assembly import load_data, make, make_dataset
from minidl_core.hooks import hook_manager
from minidl_core.registry import Registry
from minidl_core.training import run_hooks, step_blocks
from minidl_core.training.fit import fit_prepared, prepare
from minidl_core.training.python_engine import Python

LAYERS = "linear:4:bias=false,batch_norm,dropout:0.2,linear:2"
OPTIMIZERS = ("sgd:lr=0.1", "sgd:lr=0.05:momentum=0.9:weight_decay=0.01", "adam:lr=0.01")
STEPS = 5


def ready(optimizer: str | Optimizer = "sgd:lr=0.1", model: Sequential | None = None, *, epochs: int = 2) -> Run:
    """Return a run of 23 samples in batches of 5, ready for training."""
    config = RunConfig(data="disk:train=23:test=10", epochs=epochs, batch_size=5, dtype="float64", seed=3)
    data = load_data(make_dataset(config.data), config.seed)
    loss = make("loss", "cross_entropy")
    return prepare(config, model or sequential(LAYERS), data, loss, make("optimizer", optimizer), None)


def simplest_step(run: Run, number: int) -> float:
    """Take a step of the current epoch, and return its loss."""
    rows = run.order[number * run.batch_size : (number + 1) * run.batch_size]
    run.model.train()
    with torch.inference_mode():
        loss = run.loss.forward(run.model.forward(run.data.train.inputs[rows]), run.data.train.targets[rows])
        run.model.backward(run.loss.backward())
        run.optimizer.step()
    return float(loss)


def state_of(run: Run) -> list[Tensor]:
    return [*run.model.state().values(), *run.optimizer.state().values()]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(max_examples=20, deadline=None)
@given(divided=st.lists(st.integers(1, STEPS), min_size=1, max_size=6))
def test_steps_are_the_simplest_ones_however_they_are_divided(optimizer: str, divided: list[int]) -> None:
    run, expected = ready(optimizer), ready(optimizer)
    steps = Python().start([run])
    for _ in range(2):
        run.begin_epoch()
        expected.begin_epoch()
        assert torch.equal(run.order.sort().values, torch.arange(23))
        losses = [simplest_step(expected, number) for number in range(STEPS)]
        first, sizes = 0, iter(divided)
        while first < STEPS:
            count = min(next(sizes, STEPS), STEPS - first)
            steps.take([run], first, count)
            first += count
        assert run.losses.tolist() == losses
        assert all(torch.equal(*pair) for pair in zip(state_of(run), state_of(expected), strict=True))
        run.result.history.append(*steps.evaluate([run]))
        expected.result.history.append(run.result.history[-1])
    assert run.step == 2 * STEPS
    assert min(run.result.seconds.forward, run.result.seconds.backward, run.result.seconds.update) > 0


class FailingAt(Module):
    """Raises, or returns infinite numbers, in a forward or backward pass of a step."""

    def __init__(self, step: int, where: str, what: str) -> None:
        self.step, self.where, self.what = step, where, what
        self.taken = 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        self.taken += 1
        return self.passed(x, "forward")

    def backward(self, grad_output: Tensor) -> Tensor:
        return self.passed(grad_output, "backward")

    def passed(self, x: Tensor, where: str) -> Tensor:
        if where == self.where and self.taken == self.step:
            if self.what == "raise":
                raise ValueError("boom")
            return x / 0
        return x


@pytest.mark.parametrize("step", [1, 2, 4, 5])
@pytest.mark.parametrize(("where", "what"), [("forward", "raise"), ("backward", "raise"), ("forward", "infinite")])
def test_the_complete_steps_are_counted_where_one_fails_or_diverges(step: int, where: str, what: str) -> None:
    run = ready(
        model=Sequential([*sequential("linear:3").layers, FailingAt(step, where, what), *sequential("linear:2")])
    )
    expected = ready(model=sequential("linear:3,linear:2"))
    run.begin_epoch()
    expected.begin_epoch()
    losses = [simplest_step(expected, number) for number in range(step - 1)]
    steps = Python().start([run])
    if what == "raise":
        with pytest.raises(ValueError, match="boom"):
            steps.take([run], 0, STEPS)
    else:
        steps.take([run], 0, STEPS)
        assert not math.isfinite(run.losses[step - 1])
    assert run.step == step - 1
    assert run.losses[: step - 1].tolist() == losses
    found, wanted = run.model.state().values(), expected.model.state().values()
    assert all(torch.equal(*pair) for pair in zip(found, wanted, strict=True))


class Changing:
    """Changes the learning rate, a weight and a setting of dropout in the middle of an epoch."""

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        self.change(run)

    def change(self, run: Run) -> None:
        if run.step in {2, 4}:
            run.optimizer.lr *= 0.3  # type: ignore[attr-defined]
            run.model.parameters()[0].value.mul_(0.5)
        if run.step == 3:
            run.model[2].p = 0.6  # type: ignore[attr-defined]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_a_hook_changes_holds_from_the_next_step_on(optimizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_hooks, "NOTIFY_EVERY", 0.0)
    monkeypatch.setattr(step_blocks, "BLOCK_SECONDS", 0.0)
    run, expected = ready(optimizer, epochs=1), ready(optimizer, epochs=1)
    fit_prepared([run], Python(), hook_manager(Registry([]), [Changing()]))
    expected.begin_epoch()
    for number in range(STEPS):
        simplest_step(expected, number)
        expected.step += 1
        Changing().change(expected)
    assert all(torch.equal(*pair) for pair in zip(state_of(run), state_of(expected), strict=True))


def test_the_live_loss_is_the_mean_of_the_epoch_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_hooks, "NOTIFY_EVERY", 0.0)
    monkeypatch.setattr(step_blocks, "BLOCK_SECONDS", 0.0)
    seen: list[Any] = []

    class Watching:
        @hookimpl
        def minidl_progressed(self, run: Run) -> None:
            taken = run.losses[: run.step_in_epoch].tolist()
            assert run.live["loss"] == pytest.approx(sum(taken) / len(taken))
            seen.append((run.epoch, run.step_in_epoch))

    fit_prepared([ready()], Python(), hook_manager(Registry([]), [Watching()]))
    assert seen == [(epoch, step) for epoch in (1, 2) for step in range(1, STEPS + 1)]
