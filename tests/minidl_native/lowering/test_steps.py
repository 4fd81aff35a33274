"""Whole steps and evaluations of the parts that minidl ships: their kernels compute what Python computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from minidl_core import Data, Loss, Metric, Module, Optimizer, Run, RunConfig, Samples, Sequential
from minidl_core.assembly import make, sequential
from minidl_core.testing.settings.derived import derived_settings, varied_settings
from minidl_core.training.fit import prepare
from minidl_native.kernels.kernel import Foreign
from minidl_native.kernels.program import Program
from minidl_native.lowering.lower import lower
from minidl_native.lowering.random_numbers import drawn_source
from tests.support.built_in_parts import own_entries
from tests.support.kernel_interpreter import interpret
from tests.support.operation_recorder import OperationRecorder

ROWS = torch.tensor([3, 1, 4, 15, 9, 2, 6])


def run_with(
    layers: Sequence[Module], loss: Loss, optimizer: Optimizer, metrics: Sequence[Metric] = (), dtype: str = "float64"
) -> Run:
    """Return a run with one-hot targets, ready for training."""
    generator = torch.Generator().manual_seed(3)
    inputs = torch.randn(20, 3, generator=generator, dtype=torch.float64)
    targets = torch.nn.functional.one_hot(torch.randint(3, (20,), generator=generator), 3).double()
    data = Data(Samples(inputs, targets), Samples(inputs, targets), "classification")
    config = RunConfig(dtype=dtype, batch_size=len(ROWS))
    return prepare(config, Sequential(layers), data, loss, optimizer, list(metrics))


def take_step(run: Run, recorder: OperationRecorder | None = None) -> Tensor:
    """Take a step, and return the loss."""
    inputs, targets = (data[ROWS] for data in run.data.train) if recorder is None else recorder.batch
    phases = recorder or OperationRecorder()
    phases.phase = "forward"
    loss = run.loss.forward(run.model.forward(inputs), targets)
    phases.phase = "backward"
    run.model.backward(run.loss.backward())
    phases.phase = "update"
    run.optimizer.step()
    return loss


def state_of(run: Run) -> dict[str, Tensor]:
    """Return the tensors that count after a step."""
    moments = {name: one for name, one in vars(run.optimizer).items() if isinstance(one, Tensor)}
    return {"values": run.optimizer.block.value, **run.model.state(), **moments}


def assert_step_is_lowered(make_run: Any, *, tolerance: float = 1e-12, native: bool = True) -> Program:
    """Check the kernels of the second step of a run."""
    python, copied = make_run(), make_run()
    sources = list({id(one.generator): one.generator for one in copied.model.modules() if one.generator}.values())
    recorder = OperationRecorder(sources)
    with torch.no_grad():
        for run in (python, copied):
            run.model.train()
            take_step(run)
        expected = take_step(python)
        drawing = [source.clone_state() for source in sources]
        inputs, targets = recorder.batch = [data[ROWS] for data in copied.data.train]
        views = recorder.view(inputs, new=True), recorder.view(targets, new=True)
        before = {name: recorder.view(tensor) for name, tensor in state_of(copied).items()}
        with recorder:
            result = recorder.view(take_step(copied, recorder))
    dtype = "f64" if copied.data.train.inputs.dtype == torch.float64 else "f32"
    recording = recorder.recording(*views, (result,), is_step=True, dtype=dtype)
    program = lower(recording)
    memory, results = dict(recorder.memory), torch.zeros(1, dtype=torch.float64)
    drawn = drawn_source(recording)
    random = None if drawn is None else torch.empty(program.draws, dtype=torch.int64).random_(generator=drawing[drawn])
    data = dict(zip(("inputs", "targets"), copied.data.train, strict=True))
    assert interpret(program, memory, rows=ROWS, random=random, results=results, generators=drawing, **data)
    torch.testing.assert_close(results[0], expected.double(), rtol=tolerance, atol=tolerance)
    for name, tensor in state_of(python).items():
        view = before[name]
        computed = memory[view.storage].as_strided(view.shape, view.strides, view.offset)
        torch.testing.assert_close(computed, tensor, rtol=tolerance, atol=tolerance, msg=name)
    assert native == (not any(isinstance(kernel, Foreign) for kernel in program.kernels)), program.kernels
    return program


def cases(kind: str) -> pytest.MarkDecorator:
    """Return a mark that runs a test with each part of a kind, with all sorts of settings."""
    found = [
        pytest.param(part, settings, id="-".join((entry.name, *map(str, settings.values()))))
        for entry in own_entries(kind)
        for part in [entry.load()]
        for settings in (*derived_settings(part), *varied_settings(part))
    ]
    return pytest.mark.parametrize(("part", "settings"), found)


def parts(layers: str = "linear:4,tanh,linear:3", loss: str = "mse", optimizer: str = "sgd") -> tuple[Any, ...]:
    """Return layers, a loss and an optimizer."""
    return list(sequential(layers)), make("loss", loss), make("optimizer", optimizer)


@cases("layer")
def test_steps_of_layers(part, settings) -> None:
    def make_run() -> Run:
        (first, _, last), loss, optimizer = parts("linear:5,relu,linear:3")
        return run_with([first, part(**settings), last], loss, optimizer)

    assert_step_is_lowered(make_run)


@cases("loss")
def test_steps_of_losses(part, settings) -> None:
    assert_step_is_lowered(lambda: run_with(parts()[0], part(**settings), parts()[2]))


@cases("optimizer")
def test_steps_of_optimizers(part, settings) -> None:
    assert_step_is_lowered(lambda: run_with(*parts()[:2], part(**settings)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", ["sgd:momentum=0.9:nesterov=true", "adamw", "adam:amsgrad=true"])
@pytest.mark.parametrize("loss", ["cross_entropy:weight=1+2+3", "bce_with_logits:pos_weight=1+3+2", "huber", "mae"])
def test_steps_of_networks_of_many_layers(dtype, loss, optimizer) -> None:
    layers = "linear:6:bias=false,batch_norm:momentum=none,relu,dropout:p=0.3,linear:5,layer_norm,gelu,dropout,linear:4,silu,linear:3"
    tolerance = 1e-12 if dtype == "float64" else 2e-5
    program = assert_step_is_lowered(
        lambda: run_with(*parts(layers, loss, optimizer), dtype=dtype), tolerance=tolerance
    )
    assert program.draws == len(ROWS) * (6 + 5)


@cases("metric")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_evaluations_with_metrics(part, settings, dtype) -> None:
    run = run_with(*parts("linear:5,batch_norm,relu,dropout,linear:3", "huber"), [part(**settings)], dtype)
    recorder, samples = OperationRecorder(), run.data.test
    views = tuple(map(recorder.view, samples))

    def scores() -> list[Tensor]:
        prediction = run.model.forward(samples.inputs)
        metrics = [metric.compute(prediction, samples.targets) for metric in run.metrics.values()]
        return [run.loss.forward(prediction, samples.targets), *metrics]

    with torch.no_grad():
        run.model.eval()
        expected = scores()
        with recorder:
            found = tuple(map(recorder.view, scores()))
    program = lower(recorder.recording(*views, found, dtype="f32" if dtype == "float32" else "f64"))
    results = torch.zeros(len(found), dtype=torch.float64)
    assert interpret(program, recorder.memory, results=results)
    assert {program.storages[view.storage].role for view in views} == {"constant"}
    tolerance = 1e-6 if dtype == "float32" else 1e-12
    torch.testing.assert_close(results, torch.stack([one.double() for one in expected]), rtol=tolerance, atol=0)
    assert not any(isinstance(kernel, Foreign) for kernel in program.kernels)
