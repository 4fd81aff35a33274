from __future__ import annotations

import math
from collections.abc import Sequence
from math import sqrt

import pytest
import torch

from minidl_core import Optimizer, Parameter
from minidl_native.recording.changing_numbers import ChangingNumbers
from minidl_native.recording.number_slots import plain_values, set_plain_values
from minidl_native.recording.record_step import record_step, take_step
from minidl_native.recording.recording_session import RecordingSession
from minidl_native.recording.replayable import ReplayableStep
from minidl_native.recording.unreplayable import Unreplayable
from tests.support.small_runs import small_run


class Counting(Optimizer):
    """The base of optimizers that count their steps."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr, self.t = lr, 0

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.m = torch.zeros_like(self.block.value)


class Cosine(Counting):
    def step(self) -> None:
        self.t += 1
        lr = self.lr * (0.5 * (1 + math.cos(math.pi * self.t / 1000)))
        self.block.value.sub_(lr * self.block.grad)


class ImportedRoot(Counting):
    def step(self) -> None:
        self.t += 1
        self.block.value.add_(self.block.grad, alpha=-self.lr / sqrt(self.t))


def decayed(lr: float, t: int) -> float:
    return max(lr / (1 + 0.1 * t), pow(0.5, t))


class Helper(Counting):
    def step(self) -> None:
        value, grad = self.block
        value -= decayed(self.lr, self.t) * grad
        self.t += 1


class Inner:
    def __init__(self) -> None:
        self.state = {"t": 0, "more": [0, 10]}

    def __call__(self) -> float:
        self.state["t"] += 1
        self.state["more"][1] -= 2
        return 1 / math.sqrt(self.state["t"]) + self.state["more"][1]


class Nested(Counting):
    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.schedule = Inner()

    def step(self) -> None:
        value, grad = self.block
        self.m.mul_(0.9).add_(grad)
        torch.add(value, self.m, alpha=-self.lr * self.schedule(), out=value)


class Child(Cosine):
    def step(self) -> None:
        self.block.value.mul_(1 - self.lr / (self.t + 1))
        super().step()


class Running(Counting):
    """A product of all steps so far, and a counter that starts again."""

    power, turn = 1.0, 0

    def step(self) -> None:
        self.power *= 0.99
        self.turn = (self.turn + 1) % 7
        value, grad = self.block
        value.lerp_(value - grad, self.lr * self.power + self.turn)


class Warmup(Counting):
    def step(self) -> None:
        self.t += 1
        lr = self.lr * self.t / 20 if self.t < 20 else self.lr
        value, grad = self.block
        value.sub_(grad * lr)


class PerParameter(Counting):
    def step(self) -> None:
        self.t += 1
        for parameter in self.block.parameters:
            parameter.value.sub_(parameter.grad * (self.lr / self.t) + 0.0 * torch.full_like(parameter.grad, self.t))


class Clipped(Counting):
    """Calls a method of tensors that is written in Python, which fills in its defaults."""

    def step(self) -> None:
        self.t += 1
        value, grad = self.block
        value.sub_(self.lr / self.t * grad / (grad.norm() / 0.5).clamp(min=1))


class Derived(Counting):
    """A learning rate that is an attribute computed from a counter."""

    def step(self) -> None:
        self.t += 1
        self.rate = self.lr / self.t
        self.block.add_grad(-self.rate, 1 - self.rate * 0.1)


OPTIMIZERS = [Cosine, ImportedRoot, Helper, Nested, Child, Running, Warmup, PerParameter, Derived, Clipped]
SPECS = ["sgd", "sgd:momentum=0.9:dampening=0.1:weight_decay=0.01", "adam", "adamw", "adam:amsgrad=true"]


def numbers_of_steps(optimizer: str | Optimizer, count: int) -> list[list[float]]:
    """Return the numbers that operations have in steps taken one after another."""
    session = RecordingSession(run := small_run(optimizer=optimizer))
    parts, batch = session.copy.parts, (run.data.train.inputs[:10], run.data.train.targets[:10])
    with session.open():
        steps = [
            session.record(lambda _: [(parts.loss, take_step(parts, *batch, parts.model.backward))], *batch)
            for _ in range(count)
        ]
    return [[float(number) for number in recorder.step.numbers] for recorder in steps]


def recorded_step(optimizer: str | Optimizer) -> tuple[ReplayableStep, Optimizer]:
    run = small_run(optimizer=optimizer)
    recorded = record_step(run, 10, is_first=False)
    assert isinstance(recorded, ReplayableStep)
    return recorded, run.optimizer


@pytest.mark.parametrize("make", [*SPECS, *OPTIMIZERS], ids=str)
def test_a_table_has_the_numbers_of_steps_in_python_bit_for_bit(make: str | type[Optimizer]) -> None:
    expected = numbers_of_steps(make if isinstance(make, str) else make(), 60)
    recorded, optimizer = recorded_step(make if isinstance(make, str) else make())
    tables = [recorded.numbers.table(optimizer, count) for count in (1, 2, 0, 34, 20, 3)]
    assert torch.cat(tables).tolist() == expected


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_table_advances_the_counters_as_steps_do(make: type[Optimizer]) -> None:
    recorded, optimizer = recorded_step(make())
    recorded.numbers.table(optimizer, 30)
    real = small_run(optimizer=make()).optimizer
    for parameter in real.block.parameters:
        parameter.grad = torch.zeros_like(parameter.value)
    for _ in range(30):
        real.step()
    assert plain_values(optimizer) == plain_values(real)


@pytest.mark.parametrize("make", [Cosine, ImportedRoot, Helper, Nested, Child, Derived, PerParameter])
def test_counters_cost_one_step_for_all(make: type[Optimizer], monkeypatch: pytest.MonkeyPatch) -> None:
    recorded, optimizer = recorded_step(make())
    monkeypatch.delattr("minidl_native.recording.changing_numbers.ChangingNumbers._one_by_one")
    assert len(recorded.numbers.table(optimizer, 1000)) == 1000


def test_mathematics_of_the_module_of_an_optimizer_is_left_alone() -> None:
    recorded, optimizer = recorded_step(Cosine())
    recorded.numbers.table(optimizer, 10)
    assert Cosine.step.__globals__["math"] is math


class Switching(Counting):
    """Calls another operation in each fifth step."""

    def step(self) -> None:
        self.t += 1
        self.block.value.sub_(self.lr * self.block.grad)
        if self.t % 5 == 0:
            self.block.value.mul_(0.99)


def test_other_operations_at_a_later_step_are_found_and_nothing_is_advanced() -> None:
    recorded, optimizer = recorded_step(Switching())
    assert len(recorded.numbers.table(optimizer, 4)) == 4
    with pytest.raises(Unreplayable, match="the optimizer switching calls other operations than in the recorded step"):
        recorded.numbers.table(optimizer, 4)
    assert optimizer.t == 4


class Failing(Counting):
    def step(self) -> None:
        self.t += 1
        self.block.add_grad(-self.lr / (7 - self.t))


def test_an_exception_in_a_later_step_is_named() -> None:
    recorded, optimizer = recorded_step(Failing())
    with pytest.raises(Unreplayable, match="cannot be computed ahead of its steps: ZeroDivisionError"):
        recorded.numbers.table(optimizer, 10)


@pytest.mark.parametrize("make", ["adam", Nested, Cosine])
def test_numbers_computed_ahead_are_dropped_when_a_counter_or_setting_changes(make: str | type[Optimizer]) -> None:
    recorded, optimizer = recorded_step(make if isinstance(make, str) else make())
    other, fresh = recorded_step(make if isinstance(make, str) else make())
    recorded.numbers.table(optimizer, 7)
    set_plain_values(optimizer, plain_values(fresh))
    assert recorded.numbers.table(optimizer, 3).tolist() == other.numbers.table(fresh, 3).tolist()
    optimizer.lr = fresh.lr = 0.3  # type: ignore[attr-defined]
    assert recorded.numbers.table(optimizer, 3).tolist() == other.numbers.table(fresh, 3).tolist()
    assert plain_values(optimizer) == plain_values(fresh)


@pytest.mark.parametrize("make", ["sgd:momentum=0.9", "adam", Nested, Cosine])
def test_recordings_that_take_turns_compute_their_numbers_for_many_steps(
    make: str | type[Optimizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = numbers_of_steps(make if isinstance(make, str) else make(), 40)
    run = small_run(optimizer=make if isinstance(make, str) else make())
    recordings = [record_step(run, batch, is_first=False) for batch in (10, 5)]
    computed, inner = [], ChangingNumbers._numbers_ahead
    monkeypatch.setattr(ChangingNumbers, "_numbers_ahead", lambda *arguments: computed.append(1) or inner(*arguments))
    tables = [
        one.numbers.table(run.optimizer, count) for _ in range(8) for one, count in zip(recordings, (4, 1), strict=True)
    ]
    assert torch.cat(tables).tolist() == expected
    assert len(computed) <= 3


def test_numbers_ahead_end_and_begin_again() -> None:
    expected = numbers_of_steps(Cosine(), 30)
    recorded, optimizer = recorded_step(Cosine())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minidl_native.recording.changing_numbers.AHEAD", 8)
        tables = [recorded.numbers.table(optimizer, count) for count in (3, 5, 4, 4, 1, 13)]
    assert torch.cat(tables).tolist() == expected


def test_a_hooks_learning_rate_holds_from_the_next_table_on() -> None:
    recorded, optimizer = recorded_step("sgd")
    assert recorded.numbers.table(optimizer, 2).tolist() == [[-0.01], [-0.01]]
    optimizer.lr = 0.5
    assert recorded.numbers.table(optimizer, 1).tolist() == [[-0.5]]
