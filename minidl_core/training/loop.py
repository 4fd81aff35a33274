"""The training loop."""

from __future__ import annotations

import math
import time

import pluggy
import torch
from torch import Tensor

from minidl_core.assembly import blame
from minidl_core.errors import DivergenceError, HookError, MinidlError
from minidl_core.hooks import fire
from minidl_core.training.batches import Batches
from minidl_core.training.evaluation import evaluate
from minidl_core.training.result import Epoch
from minidl_core.training.state import Run

REPORT_EVERY = 0.1
"""Seconds between two calls of `minidl_progressed`."""


def train(run: Run, batches: Batches, hooks: pluggy.PluginManager) -> None:
    """Train for all epochs of the run, with an evaluation after each, firing hooks.

    Ctrl-C and a hook that fails end the training, but do not raise: the result holds what was reached, and the run says
    that it was interrupted, or what failed.

    Raises:
        DivergenceError: the loss became infinite or NaN.
    """
    run.steps = run.epochs * len(batches)
    started = time.perf_counter()
    try:
        fire(hooks, "minidl_run_started", run=run)
        report = _Report(run, hooks)
        for number in range(1, run.epochs + 1):
            run.epoch = number
            _train_epoch(run, batches, report)
            run.result.history.append(epoch := _evaluated(run))
            fire(hooks, "minidl_epoch_ended", run=run, epoch=epoch)
    except KeyboardInterrupt:
        run.result.interrupted = True
    except HookError as error:
        run.failure = error
    except MinidlError as error:
        _end(run, hooks, started)
        if run.failure is not None:
            error.add_note(str(run.failure))
        raise
    except Exception as error:
        if where := blame(error, run.model):
            error.add_note(where)
        raise
    _end(run, hooks, started)


def _end(run: Run, hooks: pluggy.PluginManager, started: float) -> None:
    """Tell the time and the hooks that the run is over; a hook that fails must not hide what failed before it."""
    run.result.seconds.total += time.perf_counter() - started
    try:
        fire(hooks, "minidl_run_ended", run=run)
    except KeyboardInterrupt:
        run.result.interrupted = True
    except HookError as error:
        run.failure = run.failure or error


@torch.inference_mode()
def _train_epoch(run: Run, batches: Batches, report: _Report) -> None:
    """Take the epoch's steps in training mode, in memory that is kept from step to step."""
    run.model.train()
    run.model.keep_memory(batches.batches[0].inputs)
    report.begin_epoch()
    try:
        _take_steps(run, batches, report)
    finally:
        run.model.free_memory()


def _take_steps(run: Run, batches: Batches, report: _Report) -> None:
    """Take a step for each batch: forward, backward, update, with the time of each."""
    model, loss, optimizer, seconds = run.model, run.loss, run.optimizer, run.result.seconds
    clock, is_finite, full = time.perf_counter, math.isfinite, batches.batches[0].inputs.size(0)
    for inputs, targets in batches:
        if inputs.size(0) != full:
            model.free_memory()
        started = clock()
        prediction = model.forward(inputs)
        value = loss.forward(prediction, targets).item()
        forwarded = clock()
        run.step += 1
        if not is_finite(value):
            raise _diverged(run, value)
        model.backward_parameters(loss.backward())
        backwarded = clock()
        optimizer.step()
        updated = clock()
        seconds.forward += forwarded - started
        seconds.backward += backwarded - forwarded
        seconds.update += updated - backwarded
        report.total_loss += value
        if updated >= report.due:
            report.send(prediction, targets)


class _Report:
    """Tells the hooks that watch, now and then, how the epoch under way is going."""

    def __init__(self, run: Run, hooks: pluggy.PluginManager) -> None:
        self.run = run
        self.hooks = hooks
        watched = bool(hooks.hook.minidl_progressed.get_hookimpls())
        self.due = time.perf_counter() + REPORT_EVERY if watched else math.inf
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Take the mean of the loss from here on."""
        self.first_step = self.run.step
        self.total_loss = 0.0

    def send(self, prediction: Tensor, target: Tensor) -> None:
        """Report the mean loss so far, and the metrics of the latest batch."""
        run = self.run
        scale = run.data.target_scale
        if scale is not None:
            prediction, target = scale.to_units(prediction), scale.to_units(target)
        run.live = {"loss": self.total_loss / (run.step - self.first_step)}
        run.live |= {name: float(metric.compute(prediction, target)) for name, metric in run.metrics.items()}
        fire(self.hooks, "minidl_progressed", run=run)
        self.due = time.perf_counter() + REPORT_EVERY


def _evaluated(run: Run) -> Epoch:
    """Return the scores of the network as it is now.

    Raises:
        DivergenceError: the epoch's last step made the loss infinite or NaN.
    """
    train, test = (
        evaluate(run.model, samples, run.loss, run.metrics, run.data.target_scale)
        for samples in (run.data.train, run.data.test)
    )
    if not math.isfinite(train["loss"]):
        raise _diverged(run, train["loss"])
    return Epoch(run.epoch, train, test)


def _diverged(run: Run, value: float) -> DivergenceError:
    return DivergenceError(
        f"the loss became {value} at step {run.step} (epoch {run.epoch} of {run.epochs}), with {run.optimizer!r}: "
        f"try a tenth of the learning rate, standardized inputs and targets, or larger batches than {run.batch_size}"
    )
