"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from itertools import chain

from minidl_core.assembly import locate_error
from minidl_core.errors import DivergenceError, InputError, MinidlError, RunError
from minidl_core.interfaces.notice import Notice
from minidl_core.registry import InterruptWatch
from minidl_core.training.divergence import evaluation_divergence, step_divergence
from minidl_core.training.engine import Engine, Steps
from minidl_core.training.run_hooks import RunHooks
from minidl_core.training.run_state import Run
from minidl_core.training.step_blocks import StepBlocks


class TrainingLoop:
    """Trains runs for all their epochs, evaluates them after each epoch and calls the hooks.

    Each run has its own end: one that diverges leaves the others alone. Ctrl-C, and failures of hooks or parts, end all
    runs. `result.interrupted` or `failure` of a run says how it ended; its result has the completed epochs.

    Args:
        runs: the runs, all at the same step; several must have equal `group_key`s.
        hooks: the hooks to call.
    """

    def __init__(self, runs: Sequence[Run], hooks: RunHooks) -> None:
        self.runs = list(runs)
        self.active = list(runs)
        self.hooks = hooks
        self.blocks = StepBlocks()
        self.started = time.perf_counter()

    def train(self, engine: Engine) -> None:
        """Train the runs to their ends; only errors of no part are raised."""
        with InterruptWatch() as watch:
            try:
                self._train(engine)
            except (RunError, InputError) as error:
                self._fail(error)
            except BaseException as error:  # noqa: BLE001 - including exits of the program
                self._stop(error, asked=watch.is_requested(error))
        for run in list(self.active):
            self._end(run)

    def _train(self, engine: Engine) -> None:
        for run in self.active:
            self.hooks.started(run)
        steps = engine.start(self.active)
        for run in self.active:
            run.result.engine = steps.engine
            run.result.notices += (Notice(steps.notice),) if steps.notice else ()
        while self.active and len(self.active[0].result.history) < self.active[0].epochs:
            for run in self.active:
                run.begin_epoch()
            self._take_epoch(steps)
            self._evaluate(steps)

    def _take_epoch(self, steps: Steps) -> None:
        """Take the steps of an epoch that are left, in blocks, with progress reported between them."""
        while self.active and (left := self.active[0].steps_per_epoch - self.active[0].step_in_epoch):
            first, count = self.active[0].step_in_epoch, min(left, self.blocks.count)
            started = time.perf_counter()
            steps.take(self.active, first, count)
            self.blocks.adapt(count, time.perf_counter() - started)
            for run in [run for run in self.active if run.step_in_epoch < first + count]:
                self._diverge(run, step_divergence(run))
            if self.active:
                self.hooks.progressed(self.active)

    def _evaluate(self, steps: Steps) -> None:
        """Add the scores of the current network of each run to its history."""
        for run, epoch in zip(list(self.active), steps.evaluate(self.active) if self.active else [], strict=True):
            if math.isfinite(epoch.train["loss"]):
                run.result.history.append(epoch)
            else:
                self._diverge(run, evaluation_divergence(run, epoch.train["loss"]))
        for run in self.active:
            self.hooks.epoch_ended(run)

    def _diverge(self, run: Run, error: DivergenceError) -> None:
        """End a run whose loss is not finite, while the others go on; Ctrl-C in its last hook ends them too."""
        run.fail(error)
        self._end(run)
        if run.result.interrupted:
            raise KeyboardInterrupt

    def _end(self, run: Run) -> None:
        """End a run: record its share of the total time, and call `minidl_run_ended`."""
        self.active.remove(run)
        run.result.seconds.total += (time.perf_counter() - self.started) / len(self.runs)
        self.hooks.ended(run)

    def _fail(self, error: MinidlError) -> None:
        for run in self.active:
            run.fail(error)

    def _stop(self, error: BaseException, *, asked: bool) -> None:
        """Record an interruption, or the failure of the part that raised the error; raise errors of no part again."""
        parts = chain.from_iterable(run.parts() for run in self.runs)
        failure = None if asked else locate_error(error, parts)
        if failure is not None:
            failure.__cause__ = error
            self._fail(failure)
        elif asked or isinstance(error, KeyboardInterrupt):
            for run in self.active:
                run.result.interrupted = True
        else:
            raise error
