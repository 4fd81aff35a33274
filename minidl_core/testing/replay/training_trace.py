"""Traces of trainings: losses, scores, parameters, buffers, the state of the optimizer, random numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.numerics.comparison import LEAST, require_same
from minidl_core.training.engine import Engine
from minidl_core.training.part_attributes import plain_attributes
from minidl_core.training.run_state import Run

TOLERANCE = 1e-10
"""The maximum relative difference in float64: rounding in another order, over some steps."""

AMPLIFIED = 100
"""How much more than a disturbed training a right one may differ, if steps amplify rounding."""


@dataclass
class TrainingTrace:
    """The numbers of a training by name.

    Args:
        numbers: tensors that may differ by rounding.
        exact: what must be equal: counts of steps, random states, numbers of the optimizer.
        notice: why the engine took the steps differently than asked for; empty if it did not.
    """

    numbers: dict[str, Tensor] = field(default_factory=dict)
    exact: dict[str, object] = field(default_factory=dict)
    notice: str = ""

    def require_same(self, expected: TrainingTrace, how: str, disturbed: TrainingTrace | None = None) -> None:
        """Check that the training gave the results of another.

        Args:
            expected: the other.
            how: how the steps were taken, for the message.
            disturbed: the other, begun with parameters that differ by rounding: some layers amplify that.

        Raises:
            ConformanceError: they differ.
        """
        for name, value in expected.exact.items():
            if self.exact.get(name) != value:
                raise ConformanceError(f"{name}, {how}, is {self.exact.get(name)}, expected {value} as in Python")
        for name, tensor in expected.numbers.items():
            amplified = 0.0 if disturbed is None else AMPLIFIED * disturbed.distance(expected, name)
            what = f"{name}, {how}, compared with Python,"
            require_same(what, self.numbers[name], tensor, max(TOLERANCE, amplified))

    def distance(self, other: TrainingTrace, name: str) -> float:
        """Return the largest difference of a tensor from another training's, relative to its largest element."""
        one, two = self.numbers.get(name), other.numbers[name]
        if one is None or one.shape != two.shape:
            return math.inf
        if not two.numel():
            return 0.0
        return float((one - two).nan_to_num().abs().max()) / max(LEAST, float(two.nan_to_num().abs().max()))


def trace_training(engine: Engine, run: Run, count: int | None = None) -> TrainingTrace:
    """Train a run with an engine and return what it leaves.

    Args:
        engine: the engine.
        run: the run.
        count: the number of steps that are taken at once; None takes those of an epoch.
    """
    count = run.steps_per_epoch if count is None else count
    trace = TrainingTrace()
    steps = engine.start([run])
    for epoch in range(1, run.epochs + 1):
        run.begin_epoch()
        for first in range(0, run.steps_per_epoch, count):
            if run.step_in_epoch == first:
                steps.take([run], first, min(count, run.steps_per_epoch - first))
        complete = run.step_in_epoch
        trace.numbers[f"the losses of epoch {epoch}"] = run.losses[: complete + 1].clone()
        if complete < run.steps_per_epoch:
            break
        (scores,) = steps.evaluate([run])
        run.result.history.append(scores)
        for samples, values in (("training", scores.train), ("test", scores.test)):
            for name, value in values.items():
                what = f"{name} of the {samples} samples after epoch {epoch}"
                trace.numbers[what] = torch.tensor([value], dtype=torch.float64)
    trace.notice = steps.notice
    _add_state(trace, run)
    return trace


def _add_state(trace: TrainingTrace, run: Run) -> None:
    trace.exact["the number of complete steps"] = run.step
    for name, number in plain_attributes(run.optimizer).items():
        trace.exact[f"the attribute {name} of the optimizer after {run.step} steps"] = number
    state = run.state()
    for number, source in enumerate(state["generators"], 1):
        trace.exact[f"the state of random generator {number}"] = _digest(source)
    for name, tensor in state["model"].items():
        trace.numbers[f"{name} after {run.step} steps"] = tensor.double()
    for name, tensor in state["optimizer"].items():
        trace.numbers[f"the state {name} of the optimizer after {run.step} steps"] = tensor.double()


def _digest(state: Tensor) -> str:
    """Return a short text for the state of a generator."""
    return f"{hash(state.numpy().tobytes()) & 0xFFFFFFFF:08x}"
