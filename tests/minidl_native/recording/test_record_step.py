from __future__ import annotations

import gc
import subprocess
import sys
import time
from typing import Any

import pytest
import torch
from torch import Tensor

from minidl_core import Buffer, Module, Optimizer, Parameter, Shape, sequential
from minidl_native.recording.record_evaluation import record_evaluation
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import FirstStepInPython, ReplayableStep
from minidl_native.recording.run_copy import copy_run
from minidl_native.recording.run_parts import storage_key
from minidl_native.recording.unreplayable import Unreplayable
from tests.support.built_in_parts import every
from tests.support.environments import ROOT
from tests.support.small_runs import small_data, small_run


def recorded(run: Any, batch: int = 10, **named: Any) -> ReplayableStep:
    found = record_step(run, batch, **named)
    assert isinstance(found, ReplayableStep), found
    return found


def names(step: ReplayableStep) -> list[str]:
    return [operation.name.split(".")[1] for operation in step.recording.operations]


def test_a_step_is_recorded_inside_and_outside_of_inference_mode() -> None:
    run = small_run(optimizer="adam")
    outside = recorded(run)
    with torch.inference_mode():
        inside = recorded(run)
    assert inside.recording == outside.recording


def test_operations_have_the_phase_and_the_part_that_called_them() -> None:
    step = recorded(small_run("linear:5,relu,linear:2"))
    called = list(dict.fromkeys((one.phase, one.part) for one in step.recording.operations))
    assert called == [
        ("forward", "linear at position 1"),
        ("forward", "relu at position 2"),
        ("forward", "linear at position 3"),
        ("forward", "the loss mse"),
        ("backward", "the loss mse"),
        ("backward", "linear at position 3"),
        ("backward", "relu at position 2"),
        ("backward", "linear at position 1"),
        ("update", "the optimizer sgd"),
    ]


def test_composite_operations_are_recorded_as_those_that_they_consist_of() -> None:
    assert {"matmul", "linear", "reshape", "softmax"}.isdisjoint(
        names(recorded(small_run("linear:5,softmax,linear:2")))
    )


@pytest.mark.parametrize("spec", ["sgd", "sgd:momentum=0.9", "adam", "adamw:amsgrad=true"])
def test_storages_of_the_run_are_bound_to_its_own_tensors(spec: str) -> None:
    run = small_run("linear:5,batch_norm,relu,linear:2", optimizer=spec)
    step = recorded(run)
    bound = step.bind(run)
    states = {number for number, storage in step.recording.storages.items() if storage.role == "state"}
    assert bound.keys() == states
    buffers = [buffer.value for buffer in run.model.named_buffers().values()]
    moments = [value for name, value in vars(run.optimizer).items() if isinstance(value, Tensor)]
    expected = {storage_key(tensor) for tensor in [run.optimizer.block.value, *buffers, *moments]}
    assert {storage_key(tensor) for tensor in bound.values()} == expected


def test_a_recording_is_bound_to_another_run_of_like_parts() -> None:
    one, other = small_run(optimizer="adam"), small_run(optimizer="adam:lr=0.5")
    step = recorded(one)
    assert step.changes(other) == []
    assert storage_key(other.optimizer.block.value) in {storage_key(tensor) for tensor in step.bind(other).values()}


def test_settings_that_differ_are_named() -> None:
    run = small_run("linear:5,dropout,linear:2", optimizer="adam")
    step = recorded(run)
    assert step.changes(run) == []
    run.optimizer.lr = 0.7  # type: ignore[attr-defined]
    assert step.changes(run) == []
    run.model[1].p = 0.25  # type: ignore[attr-defined]
    assert step.changes(run) == ["dropout at position 2 changes its attribute `p` from 0.5 to 0.25"]


def test_what_a_step_in_python_leaves_behind_needs_no_new_recording() -> None:
    run = small_run("linear:5,batch_norm,gelu,dropout,linear:2", optimizer="sgd:momentum=0.9")
    step = recorded(run)
    inputs, targets = run.data.train.inputs[:7], run.data.train.targets[:7]
    with torch.inference_mode():
        run.loss.forward(run.model.train().forward(inputs), targets)
        run.model.backward(run.loss.backward())
        run.optimizer.step()
    assert step.changes(run) == []
    step.bind(run)


class Masked(Module):
    """Multiplies by a mask that a hook may replace."""

    def build(self, in_shape: Shape) -> Shape:
        self.mask = torch.ones(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        return x * self.mask

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.mask


def test_a_tensor_that_was_replaced_is_bound_again_and_one_of_another_layout_is_refused() -> None:
    run = small_run([Masked(), *small_run("linear:2").model.layers])
    step = recorded(run)
    run.model[0].mask = mask = torch.zeros(3, dtype=torch.float64)  # type: ignore[attr-defined]
    assert any(tensor is mask for tensor in step.bind(run).values())
    run.model[0].mask = torch.zeros(1, 3, dtype=torch.float64)  # type: ignore[attr-defined]
    with pytest.raises(Unreplayable, match="masked at position 1 has another tensor `mask`"):
        step.bind(run)


def test_generators_are_those_of_the_run_and_are_not_used() -> None:
    run = small_run("linear:5,dropout,linear:5,dropout,linear:2")
    before = run.model.generator.get_state()  # type: ignore[union-attr]
    step = recorded(run)
    assert step.generators(run) == [run.model.generator]
    assert torch.equal(before, run.model.generator.get_state())  # type: ignore[union-attr]


def test_numbers_left_at_their_defaults_are_recorded() -> None:
    step = recorded(small_run("linear:5,dropout:p=0.5,linear:2", optimizer="sgd:momentum=0.9"))
    bernoulli = next(one for one in step.recording.operations if one.name == "aten.bernoulli_.float")
    assert bernoulli.arguments[1] == 0.5
    added = next(one for one in step.recording.operations if one.name == "aten.add_.Tensor" and one.phase == "update")
    assert [name for name, _ in added.keywords] == ["alpha"]


class LazyMomentum(Optimizer):
    """Allocates its momentum at the first step."""

    m: Tensor | None = None

    def step(self) -> None:
        value, grad = self.block
        if self.m is None:
            self.m = grad.clone()
        else:
            self.m.mul_(0.9).add_(grad)
        value.sub_(self.m * 0.01)


def test_a_first_step_of_other_operations_is_taken_in_python() -> None:
    run = small_run(optimizer=LazyMomentum())
    first = record_step(run, 10)
    assert isinstance(first, FirstStepInPython)
    assert first.reason.startswith("the optimizer lazy_momentum calls")
    for parameter in run.model.parameters():
        parameter.grad = torch.zeros_like(parameter.value)
    with torch.inference_mode():
        run.optimizer.step()
    step = recorded(run, is_first=False)
    assert any(tensor is run.optimizer.m for tensor in step.bind(run).values())  # type: ignore[attr-defined]


def test_gradients_of_all_parameters_are_known() -> None:
    for spec in ("sgd", "adam"):
        run = small_run(optimizer=spec)
        views = recorded(run).gradients
        assert [view.shape for view in views if view] == [tuple(one.value.shape) for one in run.model.parameters()]


class Table(Module):
    """A learned table, and a buffer, of more elements than the batch."""

    def build(self, in_shape: Shape) -> Shape:
        self.table = Buffer(torch.zeros(50, *in_shape, dtype=self.dtype))
        self.scale = Parameter(torch.ones(50, *in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.x, self.kept = x, (self.scale.value * 2 + self.table.value).clamp_min(0)
        self.table.value.mul_(0.9).add_(self.kept)
        return x * self.kept.sum(0) + torch.zeros_like(self.kept)[:1].sum()

    def backward(self, grad_output: Tensor) -> Tensor:
        self.scale.grad = (grad_output * self.x).sum(0) * (self.kept > 0)
        return grad_output * self.kept.sum(0)


@pytest.mark.parametrize("spec", ["sgd", "sgd:momentum=0.9", "adam"])
@pytest.mark.parametrize(
    "layers", ["linear:8,batch_norm,gelu,dropout,linear:2", "linear:8,layer_norm,softmax,linear:2"]
)
def test_a_recording_without_values_is_that_with_values(
    layers: str, spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = small_run([Table(), *small_run(layers).model.layers], optimizer=spec)
    filled = recorded(run)
    assert not copy_run(run).is_hollow
    monkeypatch.setattr("minidl_native.recording.run_copy.LARGE", 0)
    monkeypatch.setattr("minidl_native.recording.run_copy.SMALL", 0)
    monkeypatch.setattr("minidl_native.recording.unwritten_memory.LARGE", 20)
    assert copy_run(run).is_hollow
    assert recorded(run).recording == filled.recording


@pytest.mark.slow
def test_a_recording_of_a_large_network_takes_little_memory() -> None:
    program = """
import resource, torch
from tests.support.small_runs import small_run
from minidl_native.recording.record_step import record_step
run = small_run("2*(linear:4096,relu),linear:2", optimizer="adam", dtype="float32")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
record_step(run, 10)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 60_000  # kB; the parameters and the two moments take 67 MB each


@every("layer")
def test_every_layer_is_recorded(part: Any, settings: dict[str, Any]) -> None:
    first, last = small_run("linear:4,linear:2").model.layers
    run = small_run([first, part(**settings), last])
    assert recorded(run).recording == recorded(small_run([*run.model.layers])).recording
    record_evaluation(run, *run.data.test)


@every("loss")
def test_every_loss_is_recorded(part: Any, settings: dict[str, Any]) -> None:
    run = small_run(loss=part(**settings), data=small_data(task="classification"))
    recorded(run)
    assert record_evaluation(run, *run.data.test).metrics == ("accuracy",)


@every("optimizer")
def test_every_optimizer_is_recorded(part: Any, settings: dict[str, Any]) -> None:
    run = small_run(optimizer=part(**settings))
    step = recorded(run)
    assert step.numbers.table(run.optimizer, 3).shape == (3, step.recording.numbers)


@pytest.mark.parametrize("batch", [1, 3, 50, 60])
def test_a_batch_may_have_any_size(batch: int) -> None:
    step = recorded(small_run(), batch)
    assert step.recording.inputs.shape == (batch, 3)


class Shared(Module):
    """A parameter that is a view of another tensor, which it also reads."""

    def build(self, in_shape: Shape) -> Shape:
        self.pair = torch.ones(2, *in_shape, dtype=self.dtype)
        self.first, self.views = self.pair[0], {"second": [self.pair[1]]}
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.pair.mul_(0.5)
        return x * self.first + self.views["second"][0]

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.first


def test_tensors_that_share_memory_share_it_in_a_copy() -> None:
    run = small_run([Shared(), *small_run("linear:2").model.layers])
    copied = copy_run(run).parts.model[0]
    assert copied.first.data_ptr() == copied.pair.data_ptr() != run.model[0].pair.data_ptr()  # type: ignore[attr-defined]
    assert len(recorded(run).places) == 2


class KnowsClock(Module):
    """Its module knows the clock, but it does not read it; its many objects make garbage."""

    def forward(self, x: Tensor) -> Tensor:
        self.lists = [[number] for number in range(3)]
        return x

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


def test_calls_of_the_garbage_collector_are_not_those_of_a_part() -> None:
    def read_clock(_phase: str, _info: dict[str, int]) -> None:
        time.time()

    thresholds = gc.get_threshold()
    gc.callbacks.append(read_clock)
    gc.set_threshold(1)
    try:
        record_step(small_run([KnowsClock(), *sequential("linear:2")]), 10)
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(read_clock)
    assert gc.isenabled()
