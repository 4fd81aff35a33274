"""Recorded steps and evaluations give the same results after all passes, in one arena."""

from __future__ import annotations

import pytest

from minidl_native.kernels.program import Program
from minidl_native.lowering.lower import lower
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.memory import plan_memory
from minidl_native.recording.record_evaluation import record_evaluation
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import FirstStepInPython
from tests.support.program_outcome import assert_same_outcome
from tests.support.random_programs import memory_for
from tests.support.small_runs import small_data, small_run

CASES = [
    ("linear:5,relu,linear:3,tanh,linear:2", "mse", "sgd"),
    ("linear:5,batch_norm,dropout,relu,linear:2", "mse", "sgd:momentum=0.9"),
    ("linear:5,layer_norm,gelu,linear:2", "huber", "adam"),
    ("linear:5,silu,softmax,linear:2", "mae", "adamw"),
    ("linear:5,leaky_relu,sigmoid,linear:2", "cross_entropy", "sgd:momentum=0.9:nesterov=true:weight_decay=0.1"),
    ("linear:5,batch_norm,linear:2", "bce_with_logits", "adam:amsgrad=true:weight_decay=0.1"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "loss", "optimizer"), CASES)
def test_steps_and_evaluations_keep_their_results(layers, loss, optimizer) -> None:
    task = "classification" if loss in {"cross_entropy", "bce_with_logits"} else "regression"
    run = small_run(layers, loss, optimizer, data=small_data(task=task))
    step = record_step(run, 10)
    if isinstance(step, FirstStepInPython):
        step = record_step(run, 10, is_first=False)
    assert not isinstance(step, FirstStepInPython)
    evaluation = record_evaluation(run, *run.data.test)
    for recording in (step.recording, evaluation.recording):
        _check(lower(recording))


def _check(program: Program) -> None:
    improved = fuse(improve(program))
    positive = {number: tensor.abs() for number, tensor in memory_for(program, 0).items()}  # variances are
    assert_same_outcome(improved, program, plan_memory(improved), positive)
