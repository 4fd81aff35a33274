"""The compiled code of a run, shared by all runs that are alike."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_core import Run, Samples
from minidl_native.recording.record_evaluation import record_evaluation
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import FirstStepInPython, ReplayableEvaluation, ReplayableStep
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.replaying.compiled_recording import CompiledRecording, compiled
from minidl_native.replaying.kept_gradients import keeping_gradients

MOST_SAMPLES = 8192
"""Samples from which an evaluation spends its time in arithmetic, and is left to Python."""


@dataclass(frozen=True)
class CompiledStep:
    """A step of one batch size: as it was recorded, and its machine code."""

    recorded: ReplayableStep
    code: CompiledRecording


@dataclass(frozen=True)
class CompiledEvaluation:
    """An evaluation of one number of samples: as it was recorded, and its machine code."""

    recorded: ReplayableEvaluation
    code: CompiledRecording


class RunCode:
    """The compiled steps and evaluations of a run, for all runs that are alike.

    Args:
        run: the run, ready for its next step.
        is_first: False if a step was just taken in Python, because it differs from later ones.

    Attributes:
        first_in_python: True if the run's next step must be taken in Python, before steps are compiled.
        batches: the steps by the size of the batch.
        keep_gradients: True if the steps keep the gradients.

    Raises:
        Unreplayable: a part prevents the steps from being replayed.
    """

    def __init__(self, run: Run, *, is_first: bool = True) -> None:
        self.first_in_python = False
        self.keep_gradients = run.keep_gradients
        self.batches: dict[int, CompiledStep] = {}
        self._evaluations: dict[int, CompiledEvaluation | None] = {}
        rows = len(run.order)
        for batch in dict.fromkeys((min(run.batch_size, rows), rows % run.batch_size)):
            if batch and not self.first_in_python:
                self._add(run, batch, is_first=is_first)

    def _add(self, run: Run, batch: int, *, is_first: bool) -> None:
        recorded = record_step(run, batch, is_first=is_first)
        if isinstance(recorded, FirstStepInPython):
            self.first_in_python = True
            self.batches.clear()
            return
        if run.keep_gradients:
            recorded = keeping_gradients(recorded)
        self.batches[batch] = CompiledStep(recorded, compiled(recorded.recording, run.result.threads))

    def evaluation(self, run: Run, samples: Samples) -> CompiledEvaluation | None:
        """Return the evaluation of a run on samples; None if it is to be taken in Python."""
        count = len(samples.inputs)
        if count not in self._evaluations:
            self._evaluations[count] = _evaluation(run, samples)
        return self._evaluations[count]


def _evaluation(run: Run, samples: Samples) -> CompiledEvaluation | None:
    if len(samples.inputs) > MOST_SAMPLES:
        return None
    try:
        recorded = record_evaluation(run, *samples)
        return None if recorded.left_out else CompiledEvaluation(recorded, compiled(recorded.recording, 1))
    except Unreplayable:
        return None
