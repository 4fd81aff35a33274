from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from minidl_core import Buffer, Module, Run, Shape
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import ReplayableStep
from minidl_native.recording.run_parts import RunParts
from minidl_native.recording.run_watch import RunWatch
from minidl_native.recording.unreplayable import Unreplayable
from tests.support.small_runs import small_run

FACTOR = 1.0


class Settings:
    __slots__ = ("bias",)

    def __init__(self) -> None:
        self.bias = 0.0


class Tunable(Module):
    """A layer with settings in all kinds of places."""

    shift = 0.0

    def __init__(self) -> None:
        self.factor, self.steps = 1.0, [1.0, {"more": 2.0}]
        self.inner = Settings()

    def build(self, in_shape: Shape) -> Shape:
        self.mask = torch.ones(in_shape, dtype=self.dtype)
        self.mean = Buffer(torch.zeros(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        more: Any = self.steps[1]
        scale = FACTOR * self.factor * self.steps[0] * more["more"]  # type: ignore[operator]
        return x * self.mask * scale + (self.shift + self.inner.bias) - self.mean.value

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.mask


def set_more(layer: Any) -> None:
    layer.steps[1]["more"] = 3.0


def set_global(layer: Any) -> None:
    globals()["FACTOR"] = 2.0


CHANGES: dict[str, Callable[[Any], object]] = {
    "`factor` from 1.0 to 2.0": lambda layer: setattr(layer, "factor", 2.0),
    "`steps[0]` from 1.0 to 5.0": lambda layer: layer.steps.__setitem__(0, 5.0),
    "`steps[1]['more']` from 2.0 to 3.0": set_more,
    "its list `steps` from 2 to 3": lambda layer: layer.steps.append(1.0),
    "`inner.bias` from 0.0 to 1.0": lambda layer: setattr(layer.inner, "bias", 1.0),
    "`extra`": lambda layer: setattr(layer, "extra", "text"),
    "FACTOR": set_global,
    "shift": lambda layer: setattr(type(layer), "shift", 1.0),
}


def recorded() -> tuple[Run, ReplayableStep]:
    run = small_run([Tunable(), *small_run("linear:2").model.layers], optimizer="adam")
    step = record_step(run, 10)
    assert isinstance(step, ReplayableStep)
    assert step.changes(run) == step.changes(run) == []
    return run, step


@pytest.mark.parametrize("words", CHANGES)
def test_changes_that_hooks_make_are_seen(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tunable, "shift", 0.0)
    monkeypatch.setitem(globals(), "FACTOR", 1.0)
    run, step = recorded()
    CHANGES[words](run.model[0])
    assert any(words in change for change in step.changes(run))


def test_tensors_that_hooks_replace_are_bound() -> None:
    run, step = recorded()
    step.bind(run)
    layer: Any = run.model[0]
    layer.mask, layer.mean.value = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    bound = list(step.bind(run).values())
    assert any(tensor is layer.mask for tensor in bound)
    assert any(tensor is layer.mean.value for tensor in bound)


def test_a_tensor_whose_memory_a_hook_replaces_is_seen() -> None:
    run, step = recorded()
    step.bind(run)
    mask: Tensor = run.model[0].mask  # type: ignore[attr-defined]
    mask.set_(torch.ones(6, dtype=torch.float64).untyped_storage(), 3, (3,), (1,))
    with pytest.raises(Unreplayable, match="has another tensor `mask`"):
        step.bind(run)


def test_numbers_of_the_optimizer_may_change() -> None:
    run, step = recorded()
    parts = RunParts.of(run)
    watch = RunWatch(parts, parts.held())
    run.optimizer.steps += 5  # type: ignore[attr-defined]
    assert watch.is_unchanged()
    assert step.changes(run) == []
    run.optimizer.amsgrad = True  # type: ignore[attr-defined]
    assert not watch.is_unchanged()
    assert step.changes(run) == ["the optimizer adam changes its attribute `amsgrad` from False to True"]
