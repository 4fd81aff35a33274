"""The whole state of a training: saved at any step, restored in a fresh run, which goes on with the same bits."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from minidl_core import Module, Optimizer, Run, RunConfig, SavedModelError, Sequential, hookimpl, sequential
from minidl_core.assembly import load_data, make, make_dataset
from minidl_core.hooks import hook_manager
from minidl_core.registry import Registry
from minidl_core.training import run_hooks, step_blocks
from minidl_core.training.fit import fit_prepared, prepare
from minidl_core.training.python_engine import Python

LAYERS = "linear:4:bias=false,batch_norm,dropout:0.2,linear:2"
OPTIMIZERS = ("sgd:lr=0.1", "sgd:lr=0.05:momentum=0.9", "sgd:lr=0.1:momentum=0.9:nesterov=true", "adam:amsgrad=true")
CONFIG = RunConfig(data="disk:train=23:test=10", epochs=3, batch_size=5, dtype="float64")
STEPS = 15


def ready(optimizer: str | Optimizer, layers: str | Sequential = LAYERS, dtype: str = "float64") -> Run:
    """Return a run that is ready for training."""
    config = CONFIG.updated({"dtype": dtype})
    data = load_data(make_dataset(config.data), config.seed)
    model = sequential(layers) if isinstance(layers, str) else layers
    return prepare(config, model, data, make("loss", "cross_entropy"), make("optimizer", optimizer), None)


def trained(run: Run, *hooks: object) -> Run:
    """Train a run to its end."""
    fit_prepared([run], Python(), hook_manager(Registry([]), hooks))
    return run


class Stopping:
    """Takes the state after a step, before the evaluation or after it, and stops."""

    def __init__(self, step: int, *, evaluated: bool = False) -> None:
        self.step, self.evaluated = step, evaluated
        self.state: dict[str, Any] = {}

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        self.stop(run, after_epoch=self.evaluated)

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        self.stop(run, after_epoch=False)

    @hookimpl
    def minidl_epoch_ended(self, run: Run) -> None:
        self.stop(run, after_epoch=True)

    def stop(self, run: Run, *, after_epoch: bool) -> None:
        if run.step == self.step and after_epoch == self.evaluated:
            self.state = run.state()
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def _each_step_is_a_block() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_hooks, "NOTIFY_EVERY", 0.0)
        patch.setattr(step_blocks, "BLOCK_SECONDS", 0.0)
        yield


def require_same_bits(found: Run, expected: Run) -> None:
    """Check that two runs ended with the same bits."""
    assert found.result.history == expected.result.history
    assert torch.equal(found.losses, expected.losses)
    for part in ("model", "optimizer"):
        one, other = (getattr(run, part).state() for run in (found, expected))
        assert one.keys() == other.keys()
        assert all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(found.shuffle.get_state(), expected.shuffle.get_state())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("step", "evaluated"), [(0, False), (1, False), (7, False), (5, False), (5, True), (10, True)])
def test_a_restored_run_goes_on_with_the_same_bits(optimizer: str, step: int, evaluated: bool, dtype: str) -> None:
    stopping = Stopping(step, evaluated=evaluated)
    trained(ready(optimizer, dtype=dtype), stopping)
    fresh = ready(optimizer, dtype=dtype)
    fresh.load_state(stopping.state)
    assert (fresh.step, len(fresh.result.history)) == (step, step // 5 if evaluated else max(0, step - 1) // 5)
    require_same_bits(trained(fresh), trained(ready(optimizer, dtype=dtype)))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.integers(0, STEPS), min_size=1, max_size=4).map(sorted), optimizer=st.sampled_from(OPTIMIZERS))
def test_a_run_may_be_stopped_and_restored_many_times(steps: list[int], optimizer: str) -> None:
    run = ready(optimizer)
    for step in steps:
        stopping = Stopping(step)
        trained(run, stopping)
        run = ready(optimizer)
        run.load_state(stopping.state)
    require_same_bits(trained(run), trained(ready(optimizer)))


def test_the_state_is_a_copy_of_tensors_and_json_values() -> None:
    run, stopping = ready("adam"), Stopping(7)
    trained(run, stopping)
    run.load_state(stopping.state)
    state = run.state()
    copied = copy.deepcopy(state)
    fresh = ready("adam")
    fresh.load_state(state)
    for one in (run, fresh):
        one.result.interrupted = False
        trained(one)

    def plain(value: Any) -> Any:
        if isinstance(value, Tensor):
            return value.tolist()
        if isinstance(value, dict):
            return {name: plain(one) for name, one in value.items()}
        return [plain(one) for one in value] if isinstance(value, list) else value

    assert plain(state) == plain(copied)
    assert json.loads(json.dumps(plain(state))) == plain(state)
    assert run.optimizer.betas == fresh.optimizer.betas == (0.9, 0.999)  # type: ignore[attr-defined]


class Counting(Module):
    """Scales by a number that shrinks at each step, and counts its steps in a list."""

    def __init__(self) -> None:
        self.factor, self.seen = 1.0, (0, [0, "steps"])

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.factor *= 0.9
            self.seen = (self.seen[0] + 1, [self.seen[0], "steps"])
        self.used = self.factor
        return x * self.used

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.used


class Keeping(Optimizer):
    """Keeps the tensor of its state as it is given, and a rate that shrinks."""

    def __init__(self, lr: float = 0.1) -> None:
        self.rate = lr

    def attach(self, parameters: Any) -> None:
        super().attach(parameters)
        self.taken = torch.tensor(0)

    def step(self) -> None:
        self.taken += 1
        self.rate *= 0.8
        self.block.value.sub_(self.rate / float(self.taken) * self.block.grad)

    def state(self) -> dict[str, Tensor]:
        return {"taken": self.taken}

    def load_state(self, state: dict[str, Tensor]) -> None:
        self.taken = state["taken"]


def test_counters_and_settings_in_attributes_of_parts_belong_to_the_state() -> None:
    def fresh() -> Run:
        return ready(
            Keeping(), Sequential([*sequential("linear:4").layers, Counting(), *sequential("linear:2").layers])
        )

    stopping = Stopping(7)
    trained(fresh(), stopping)
    restored = fresh()
    restored.load_state(stopping.state)
    assert restored.model[1].seen == (7, [6, "steps"])  # type: ignore[attr-defined]
    require_same_bits(trained(restored), trained(fresh()))
    assert int(stopping.state["optimizer"]["taken"]) == 7


def test_the_state_of_another_network_is_refused_and_changes_nothing() -> None:
    run, other = ready("sgd"), ready("sgd", "linear:3,relu,linear:2")
    before = run.state()
    with pytest.raises(SavedModelError, match="the state lacks"):
        run.load_state(trained(other).state())
    assert (run.epoch, run.step) == (before["epoch"], before["step"]) == (0, 0)


def test_the_state_does_not_depend_on_how_steps_are_divided_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one = trained(ready("adam"))
    monkeypatch.setattr(step_blocks, "BLOCK_SECONDS", 10.0)
    at_once = trained(ready("adam"))
    require_same_bits(one_by_one, at_once)
