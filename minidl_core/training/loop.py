"""The training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import islice

import pluggy
import torch
from torch import Tensor

from minidl_core.assembly import locate_error
from minidl_core.errors import DivergenceError, HookError, InputError, RunError
from minidl_core.hooks import fire
from minidl_core.interfaces.dataset import Samples
from minidl_core.registry import InterruptWatch
from minidl_core.training.divergence import divergence, divergence_of, not_one_number
from minidl_core.training.first_batch_checks import FirstBatch
from minidl_core.training.group import Together
from minidl_core.training.progress_notifier import Report

FUSED_FROM = 2**18
"""Bytes of parameters from which on it pays not to write and read their gradients; the update of fewer is one sum."""


def train(together: Together, hooks: pluggy.PluginManager, without: Collection[str] = ()) -> None:
    """Train for all epochs of the runs, with an evaluation after each, firing hooks.

    Ctrl-C, and a hook or part that fails, end the training, but do not raise: the results hold what was reached, and
    the runs say that they were interrupted, or what failed.

    Args:
        together: the runs to train at once.
        hooks: what to fire.
        without: the fast ways that are not to be taken.

    Raises:
        DivergenceError: the loss became infinite or NaN.
        InputError: something given cannot be used.
    """
    started = time.perf_counter()
    with InterruptWatch() as watch:
        try:
            _train_epochs(together, hooks, without)
        except (DivergenceError, InputError) as error:
            _end(together, hooks, started)
            if (failure := together.runs[0].failure) not in {None, error}:
                error.add_note(str(failure))
            raise
        except RunError as error:
            _fail(together, error)
        except BaseException as error:  # noqa: BLE001 - it may be an exit
            _stop(together, error, asked=watch.was_asked(error))
    _end(together, hooks, started)


def _stop(together: Together, error: BaseException, *, asked: bool) -> None:
    """Note the end by Ctrl-C, or the failure of the part that raised an error; an error of no part goes on."""
    failure = None if asked else locate_error(error, together.parts())
    if failure is not None:
        failure.__cause__ = error
        _fail(together, failure)
    elif asked or isinstance(error, KeyboardInterrupt):
        _interrupt(together)
    else:
        raise error


def _train_epochs(together: Together, hooks: pluggy.PluginManager, without: Collection[str]) -> None:
    epochs = together.runs[0].epochs
    for run in together.runs:
        run.steps = epochs * len(together.batches)
        fire(hooks, "minidl_run_started", run=run)
    report = Report(together, hooks)
    for number in range(1, epochs + 1):
        for run in together.runs:
            run.epoch = number
        _train_epoch(together, report, without)
        _evaluate(together)
        for run in together.runs:
            fire(hooks, "minidl_epoch_ended", run=run, epoch=run.result.history[-1])


def _end(together: Together, hooks: pluggy.PluginManager, started: float) -> None:
    """Tell the time and the hooks that the runs are over; a hook that fails must not hide what failed before it."""
    share = (time.perf_counter() - started) / len(together.runs)
    for run in together.runs:
        run.result.seconds.total += share
        try:
            fire(hooks, "minidl_run_ended", run=run)
        except KeyboardInterrupt:
            _interrupt(together)
        except HookError as error:
            _fail(together, error)


def _interrupt(together: Together) -> None:
    for run in together.runs:
        run.result.interrupted = True


def _fail(together: Together, error: RunError) -> None:
    for run in together.runs:
        if run.failure is None:
            run.failure = error
        elif run.failure is not error:
            run.failure.add_note(str(error))


@torch.inference_mode()
def _train_epoch(together: Together, report: Report, without: Collection[str]) -> None:
    """Take the epoch's steps in training mode, by the fast ways that are wanted."""
    together.resume()
    model = together.model.train()
    if "kept-memory" not in without:
        model.keep_memory(together.batches.batches[0].inputs)
    report.begin_epoch()
    backward = model.backward if "skipped-gradient" in without else model.backward_parameters
    batches, count = iter(together.batches), len(together.batches)
    try:
        with _deferring(together, wanted="fused-update" not in without):
            if together.runs[0].epoch == 1:  # the first batch is checked, and the last, which may be smaller
                _take_checked_steps(together, report, backward, islice(batches, 1))
                _take_steps(together, report, backward, islice(batches, max(0, count - 2)))
                _take_checked_steps(together, report, backward, batches)
            _take_steps(together, report, backward, batches)
    finally:
        model.free_memory()
        together.settle()


@contextmanager
def _deferring(together: Together, *, wanted: bool) -> Iterator[None]:
    """Leave gradients to the update where the optimizer does no more than add them, and saving their memory pays."""
    block = together.optimizer.block
    block.defer(wanted=wanted and together.optimizer.only_adds and block.value.nbytes >= FUSED_FROM)
    try:
        yield
    finally:
        block.defer(wanted=False)


def _take_checked_steps(
    together: Together, report: Report, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take steps and check the shapes of all that layers and the loss return in the first."""
    with FirstBatch(together.model, together.loss, together.batch_dim) as checks:
        _take_steps(together, report, checks.checked(backward), batches)


def _take_steps(
    together: Together, report: Report, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take a step for each batch: forward, backward, update, with the time of each."""
    model, loss, optimizer, first = together.model, together.loss, together.optimizer, together.runs[0]
    clock, is_finite, dim = time.perf_counter, math.isfinite, together.batch_dim
    full = together.batches.batches[0].inputs.size(dim)
    forward_time = backward_time = update_time = 0.0
    try:
        for inputs, targets in batches:
            if inputs.size(dim) != full:
                model.free_memory()
            started = clock()
            prediction = model.forward(inputs)
            losses = loss.forward(prediction, targets)
            if losses.dim() != dim:
                raise not_one_number(together, losses, targets)
            value = losses.sum().item() if dim else losses.item()
            forwarded = clock()
            first.step += 1
            if not is_finite(value) and (failure := divergence_of(together, losses, inputs)) is not None:
                raise failure
            backward(loss.backward())
            backwarded = clock()
            optimizer.step()
            updated = clock()
            forward_time += forwarded - started
            backward_time += backwarded - forwarded
            update_time += updated - backwarded
            report.total_loss += value
            if updated >= report.due:
                report.send()
                optimizer = together.optimizer
    finally:
        together.share(forward_time, backward_time, update_time)


def _evaluate(together: Together) -> None:
    """Add to the history of each run the scores of its network as it is now.

    Raises:
        DivergenceError: the epoch's last step made the loss of one infinite or NaN.
    """
    checks = FirstBatch(together.model, together.loss, together.batch_dim)
    with checks if together.runs[0].epoch == 1 else nullcontext():
        scores = together.evaluated()
    for run, epoch in zip(together.runs, scores, strict=True):
        if not math.isfinite(epoch.train["loss"]):
            raise divergence(run, epoch.train["loss"])
        run.result.history.append(epoch)
