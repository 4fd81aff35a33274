"""Replays one run: its steps, its evaluations, and what hooks change in between."""

from __future__ import annotations

import time
from functools import cached_property

import torch

from minidl_core import Epoch, Notice, Run, Samples, Steps, evaluate
from minidl_core.assembly import make
from minidl_native.recording.unreplayable import Unreplayable
from minidl_native.replaying.evaluation_replay import EvaluationReplay
from minidl_native.replaying.run_code import RunCode
from minidl_native.replaying.step_replay import StepReplay

NO_GRADIENTS = (
    "the native engine does not keep gradients: set run.keep_gradients = True in the hook minidl_run_started, or use "
    "the python engine"
)
"""The error for gradients that are read although they were not kept."""


class RunReplay:
    """One run of a group that shares compiled code.

    Args:
        run: the run, ready for its next step.
        code: the compiled code of a run that is alike.
    """

    def __init__(self, run: Run, code: RunCode) -> None:
        self.run = run
        self.evaluations: dict[str, EvaluationReplay | None]
        self.in_python = False
        self._bind(code)

    @cached_property
    def python(self) -> Steps:
        """The steps of the run in Python, for those that cannot be replayed."""
        steps: Steps = make("engine", "python").start([self.run])
        return steps

    def _bind(self, code: RunCode) -> None:
        """Use compiled code for the next steps and evaluations."""
        self.code = code
        self.evaluations = {}
        self.replays = {batch: StepReplay(self.run, step) for batch, step in code.batches.items()}

    @torch.inference_mode()
    def take(self, first: int, count: int, *, again: bool = True) -> None:
        """Take steps of the current epoch.

        Args:
            first: the number of the first step in the epoch.
            count: the number of steps.
            again: True to record the steps again where the optimizer calls other operations than were recorded.
        """
        run, end = self.run, first + count
        self._refresh()
        if self.code.first_in_python and not self.in_python:
            self.python.take([run], first, 1)
            if run.step_in_epoch == first:  # diverged
                return
            self._compile(is_first=False)
            first += 1
        if self.in_python:
            self.python.take([run], first, end - first)
            return
        run.model.train()
        try:
            self._replay_all(first, end)
        except Unreplayable as error:  # a setting or a counter decides which operations the optimizer calls
            if again:
                run.touched, self.replays = True, {}
            else:
                self._leave(error)
            self.take(run.step_in_epoch, end - run.step_in_epoch, again=False)

    def _replay_all(self, first: int, end: int) -> None:
        """Take steps until the last, or until a loss is not finite."""
        whole = len(self.run.order) // self.run.batch_size
        for begin, stop in ((first, min(end, whole)), (max(first, whole), end)):
            if begin < stop and self._replay(begin, stop - begin) < stop - begin:
                return

    def _replay(self, first: int, count: int) -> int:
        """Take steps of one batch size, add their time to the phases, and return the number of complete ones."""
        run = self.run
        replay = self.replays[min(run.batch_size, len(run.order) - first * run.batch_size)]
        started = time.perf_counter()
        done = replay.take(first, count)
        run.step += done
        run.result.seconds.add(*replay.phases(time.perf_counter() - started))
        if run.keep_gradients:
            replay.set_gradients()
        else:
            run.optimizer.block.forget_grads(NO_GRADIENTS)
        return done

    def _refresh(self) -> None:
        """Compile again if a hook changed what the code relies on; if that cannot be done, go on in Python."""
        run = self.run
        if not run.touched or self.in_python:
            return
        if not (self.code.first_in_python or (self.replays and self._fits())):
            self._compile()
        run.touched = False

    def _fits(self) -> bool:
        """Whether the compiled steps and evaluations still fit the run."""
        if self.code.keep_gradients != self.run.keep_gradients:
            return False
        samples = {"train": self.run.data.train, "test": self.run.data.test}
        evaluations = [(name, replay) for name, replay in self.evaluations.items() if replay is not None]
        try:
            return all(replay.fits() for replay in self.replays.values()) and all(
                replay.fits(samples[name]) for name, replay in evaluations
            )
        except Unreplayable:  # a tensor has another layout, or is missing
            return False

    def _compile(self, *, is_first: bool = True) -> None:
        """Record the next step and compile it; if that cannot be done, go on in Python.

        Args:
            is_first: False if a step was just taken in Python, because it differs from later ones.
        """
        try:
            self._bind(RunCode(self.run, is_first=is_first))
        except Unreplayable as error:
            self._leave(error)

    def _leave(self, error: Unreplayable) -> None:
        """Take all further steps in Python, with a notice."""
        self.in_python = True
        self.run.result.notices += (Notice(f"from step {self.run.step + 1} on, steps are taken in Python: {error}"),)

    @torch.inference_mode()
    def evaluate(self) -> Epoch:
        """Return the scores of the current network on all training and all test samples."""
        self._refresh()
        data = self.run.data
        return Epoch(self.run.epoch, self._scores("train", data.train), self._scores("test", data.test))

    def _scores(self, name: str, samples: Samples) -> dict[str, float]:
        """Return the loss and the metrics by name."""
        run = self.run
        if name not in self.evaluations:
            code = None if self.in_python else self.code.evaluation(run, samples)
            self.evaluations[name] = None if code is None else EvaluationReplay(run, samples, code)
        replay = self.evaluations[name]
        if replay is None:
            return evaluate(run.model, samples, run.loss, run.metrics, run.data.target_scale)
        return replay.scores()
