"""Replays one run: its steps, its evaluations, and what hooks change in between."""

from __future__ import annotations

from functools import cached_property

from minidl_core import Notice, Run, Samples, Steps, evaluate
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

    def begin(self, first: int, end: int) -> bool:
        """Look for what hooks changed, take the steps that must be taken in Python, and return whether steps are left.

        Args:
            first: the number of the first step in the epoch.
            end: the number after the last.
        """
        run = self.run
        self._refresh()
        if self.code.first_in_python and not self.in_python:
            self.python.take([run], first, 1)
            if run.step_in_epoch == first:  # diverged
                return False
            self._compile(is_first=False)
        if self.in_python:
            self._take_in_python(end)
            return False
        return run.step_in_epoch < end

    def next_steps(self, end: int) -> tuple[StepReplay, int] | None:
        """Return the replay of the next steps of one batch size, prepared, and their number; None if none are left.

        Args:
            end: the number in the epoch after the last step.
        """
        run, first = self.run, self.run.step_in_epoch
        whole = len(run.order) // run.batch_size
        for again in (True, False):
            replay = self.replays[min(run.batch_size, len(run.order) - first * run.batch_size)]
            count = (min(end, whole) if first < whole else end) - first
            try:
                replay.prepare(first, count)
            except Unreplayable as error:  # a setting or a counter decides which operations the optimizer calls
                if again:
                    self._compile()
                else:
                    self._leave(error)
                if self.in_python:
                    break
            else:
                return replay, count
        self._take_in_python(end)
        return None

    def finish(self, replay: StepReplay, count: int, done: int, seconds: float) -> None:
        """Count the steps that were taken, and add their time to the phases.

        Args:
            replay: what `next_steps` returned.
            count: the number of steps that were prepared.
            done: the number of complete steps.
            seconds: the time they took.
        """
        run = self.run
        run.step += done
        run.result.seconds.add(*replay.phases(seconds))
        if run.keep_gradients:
            replay.set_gradients()
        else:
            run.optimizer.block.forget_grads(NO_GRADIENTS)
        replay.finish(count, done)

    def _take_in_python(self, end: int) -> None:
        """Take all steps that are left in Python."""
        first = self.run.step_in_epoch
        if first < end:
            self.python.take([self.run], first, end - first)

    def _refresh(self) -> None:
        """Compile again if a hook changed what the code relies on; if that cannot be done, go on in Python."""
        run = self.run
        if not run.touched or self.in_python:
            return
        run.model.train()
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

    def evaluation(self, name: str) -> EvaluationReplay | None:
        """Return the replay of the evaluation on the samples `train` or `test`; None if it is taken in Python."""
        self._refresh()
        if name not in self.evaluations:
            samples: Samples = getattr(self.run.data, name)
            code = None if self.in_python else self.code.evaluation(self.run, samples)
            self.evaluations[name] = None if code is None else EvaluationReplay(self.run, samples, code)
        return self.evaluations[name]

    def scores_in_python(self, name: str) -> dict[str, float]:
        """Return the loss and the metrics on the samples `train` or `test`, computed in Python."""
        run = self.run
        return evaluate(run.model, getattr(run.data, name), run.loss, run.metrics, run.data.target_scale)
