"""The engine that calls the modules in order: the definition of a training step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from itertools import islice

import torch
from torch import Tensor

from minidl_core.interfaces.block import consolidate
from minidl_core.interfaces.dataset import Samples
from minidl_core.training.batches import BatchMemory
from minidl_core.training.divergence import loss_shape_error
from minidl_core.training.engine import Engine, Steps
from minidl_core.training.evaluation import evaluate
from minidl_core.training.first_batch_checks import FirstBatchChecks
from minidl_core.training.freed_memory import LARGE, keeping_freed_memory
from minidl_core.training.result import Epoch
from minidl_core.training.run_state import Run


class Python(Engine):
    """Takes steps in Python: forward pass, loss, backward pass and update, one module after another.

    It trains every network on every device, and is what other engines are compared with.

    Example: minidl run --engine python
    """

    def start(self, runs: Sequence[Run]) -> Steps:
        """Return the steps of the runs."""
        return PythonSteps(runs)


class PythonSteps(Steps):
    """The steps of runs, one run after another.

    Args:
        runs: the runs.
    """

    engine = "python"

    def __init__(self, runs: Sequence[Run]) -> None:
        self.of_runs = {run: RunSteps(run) for run in runs}

    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        """Take steps of the current epoch of each run."""
        for run in runs:
            self.of_runs[run].take(first, count)

    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        """Return the scores of the current network of each run."""
        return [self.of_runs[run].evaluate() for run in runs]


class RunSteps:
    """The steps of one run.

    What layers and the loss return is checked in the first step and in the last of an epoch, which may be of fewer
    samples, and at the first evaluation.

    Args:
        run: the run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.memory = BatchMemory(run.data.train, run.batch_size)
        self.unchecked = {0, run.steps_per_epoch - 1}
        self.evaluated = False
        self.is_large = any(parameter.value.nbytes >= LARGE for parameter in run.model.parameters())

    def take(self, first: int, count: int) -> None:
        """Take steps of the current epoch."""
        with keeping_freed_memory() if self.is_large else nullcontext(), torch.inference_mode():
            self._take_checked(first, count)

    def _take_checked(self, first: int, count: int) -> None:
        """Take steps of the current epoch, with checks in those that are the first of their size."""
        run, end = self.run, first + count
        run.model.train()
        if self.memory.samples is not run.data.train:  # a hook replaced the data
            self.memory = BatchMemory(run.data.train, run.batch_size)
        batches = self.memory.gather(run.order[first * run.batch_size : end * run.batch_size])
        for step in sorted(self.unchecked & {first, end - 1}):
            self._take(islice(batches, step - run.step_in_epoch), run.model.backward)
            if run.step_in_epoch < step:
                return
            with FirstBatchChecks(run.model, run.loss) as checks:
                self._take(islice(batches, 1), checks.wrap_backward(run.model.backward))
            if run.step_in_epoch == step:
                return
            self.unchecked.remove(step)
        self._take(batches, run.model.backward)

    def _take(self, batches: Iterable[Samples], backward: Callable[[Tensor], object]) -> None:
        """Take a step for each batch, until a loss is not finite, and measure the time of each phase."""
        run, model, loss, optimizer = self.run, self.run.model, self.run.loss, self.run.optimizer
        clock, is_finite, step = time.perf_counter, math.isfinite, run.step_in_epoch
        release_grads = consolidate(model.parameters()).release_grads
        losses: list[float] = []
        taken = 0
        forward_time = backward_time = update_time = 0.0
        try:
            for inputs, targets in batches:
                started = clock()
                value = loss.forward(model.forward(inputs), targets)
                if value.dim():
                    raise loss_shape_error(loss, value, targets)
                losses.append(number := value.item())
                forwarded = clock()
                forward_time += forwarded - started
                if not is_finite(number):
                    break
                release_grads()
                backward(loss.backward())
                backwarded = clock()
                optimizer.step()
                updated = clock()
                backward_time += backwarded - forwarded
                update_time += updated - backwarded
                taken += 1
        finally:
            run.losses[step : step + len(losses)] = torch.tensor(losses, dtype=torch.float64)
            run.step += taken
            run.result.seconds.add(forward_time, backward_time, update_time)

    def evaluate(self) -> Epoch:
        """Return the scores of the current network on all training and all test samples."""
        run = self.run
        with nullcontext() if self.evaluated else FirstBatchChecks(run.model, run.loss):
            train, test = [  # no generator, in which StopIteration would become another error
                evaluate(run.model, samples, run.loss, run.metrics, run.data.target_scale)
                for samples in (run.data.train, run.data.test)
            ]
        self.evaluated = True
        return Epoch(run.epoch, train, test)
