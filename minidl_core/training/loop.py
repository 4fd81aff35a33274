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
from minidl_core.training.divergence import divergence_error, first_divergence, loss_shape_error
from minidl_core.training.first_batch_checks import FirstBatchChecks
from minidl_core.training.group import RunGroup
from minidl_core.training.progress_notifier import ProgressNotifier

FUSED_FROM = 2**18
"""Bytes of parameters from which on it pays not to write and read their gradients; the update of fewer is one sum."""


def train(group: RunGroup, hooks: pluggy.PluginManager, without: Collection[str] = ()) -> None:
    """Train for all epochs of the runs, with an evaluation after each, firing hooks.

    Ctrl-C, and a hook or part that fails, end the training, but do not raise: the results hold what was reached, and
    the runs say that they were interrupted, or what failed.

    Args:
        group: the runs to train at once.
        hooks: what to fire.
        without: the fast ways that are not to be taken.

    Raises:
        DivergenceError: the loss became infinite or NaN.
        InputError: something given cannot be used.
    """
    started = time.perf_counter()
    with InterruptWatch() as watch:
        try:
            _train_epochs(group, hooks, without)
        except (DivergenceError, InputError) as error:
            _end(group, hooks, started)
            if (failure := group.runs[0].failure) not in {None, error}:
                error.add_note(str(failure))
            raise
        except RunError as error:
            _fail(group, error)
        except BaseException as error:  # noqa: BLE001 - it may be an exit
            _stop(group, error, asked=watch.is_requested(error))
    _end(group, hooks, started)


def _stop(group: RunGroup, error: BaseException, *, asked: bool) -> None:
    """Note the end by Ctrl-C, or the failure of the part that raised an error; an error of no part goes on."""
    failure = None if asked else locate_error(error, group.parts())
    if failure is not None:
        failure.__cause__ = error
        _fail(group, failure)
    elif asked or isinstance(error, KeyboardInterrupt):
        _interrupt(group)
    else:
        raise error


def _train_epochs(group: RunGroup, hooks: pluggy.PluginManager, without: Collection[str]) -> None:
    epochs = group.runs[0].epochs
    for run in group.runs:
        run.steps = epochs * len(group.batches)
        fire(hooks, "minidl_run_started", run=run)
    notifier = ProgressNotifier(group, hooks)
    for number in range(1, epochs + 1):
        for run in group.runs:
            run.epoch = number
        _train_epoch(group, notifier, without)
        _evaluate(group)
        for run in group.runs:
            fire(hooks, "minidl_epoch_ended", run=run, epoch=run.result.history[-1])


def _end(group: RunGroup, hooks: pluggy.PluginManager, started: float) -> None:
    """Tell the time and the hooks that the runs are over; a hook that fails must not hide what failed before it."""
    share = (time.perf_counter() - started) / len(group.runs)
    for run in group.runs:
        run.result.seconds.total += share
        try:
            fire(hooks, "minidl_run_ended", run=run)
        except KeyboardInterrupt:
            _interrupt(group)
        except HookError as error:
            _fail(group, error)


def _interrupt(group: RunGroup) -> None:
    for run in group.runs:
        run.result.interrupted = True


def _fail(group: RunGroup, error: RunError) -> None:
    for run in group.runs:
        if run.failure is None:
            run.failure = error
        elif run.failure is not error:
            run.failure.add_note(str(error))


@torch.inference_mode()
def _train_epoch(group: RunGroup, notifier: ProgressNotifier, without: Collection[str]) -> None:
    """Take the epoch's steps in training mode, by the fast ways that are wanted."""
    group.reload()
    model = group.model.train()
    if "kept-memory" not in without:
        model.keep_memory(group.batches.batches[0].inputs)
    notifier.begin_epoch()
    backward = model.backward if "skipped-gradient" in without else model.backward_parameters
    batches, count = iter(group.batches), len(group.batches)
    try:
        with _deferring(group, wanted="fused-update" not in without):
            if group.runs[0].epoch == 1:  # the first batch is checked, and the last, which may be smaller
                _take_checked_steps(group, notifier, backward, islice(batches, 1))
                _take_steps(group, notifier, backward, islice(batches, max(0, count - 2)))
                _take_checked_steps(group, notifier, backward, batches)
            _take_steps(group, notifier, backward, batches)
    finally:
        model.free_memory()
        group.sync()


@contextmanager
def _deferring(group: RunGroup, *, wanted: bool) -> Iterator[None]:
    """Leave gradients to the update where the optimizer does no more than add them, and saving their memory pays."""
    block = group.optimizer.block
    block.defer(wanted=wanted and group.optimizer.only_adds and block.value.nbytes >= FUSED_FROM)
    try:
        yield
    finally:
        block.defer(wanted=False)


def _take_checked_steps(
    group: RunGroup, notifier: ProgressNotifier, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take steps and check the shapes of all that layers and the loss return in the first."""
    with FirstBatchChecks(group.model, group.loss, group.batch_dim) as checks:
        _take_steps(group, notifier, checks.wrap_backward(backward), batches)


def _take_steps(
    group: RunGroup, notifier: ProgressNotifier, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take a step for each batch: forward, backward, update, with the time of each."""
    model, loss, optimizer, first = group.model, group.loss, group.optimizer, group.runs[0]
    clock, is_finite, dim = time.perf_counter, math.isfinite, group.batch_dim
    full = group.batches.batches[0].inputs.size(dim)
    forward_time = backward_time = update_time = 0.0
    try:
        for inputs, targets in batches:
            if inputs.size(dim) != full:
                model.free_memory()
            started = clock()
            prediction = model.forward(inputs)
            losses = loss.forward(prediction, targets)
            if losses.dim() != dim:
                raise loss_shape_error(group, losses, targets)
            value = losses.sum().item() if dim else losses.item()
            forwarded = clock()
            first.step += 1
            if not is_finite(value) and (failure := first_divergence(group, losses, inputs)) is not None:
                raise failure
            backward(loss.backward())
            backwarded = clock()
            optimizer.step()
            updated = clock()
            forward_time += forwarded - started
            backward_time += backwarded - forwarded
            update_time += updated - backwarded
            notifier.total_loss += value
            if updated >= notifier.next_time:
                notifier.notify()
                optimizer = group.optimizer
    finally:
        group.share_progress(forward_time, backward_time, update_time)


def _evaluate(group: RunGroup) -> None:
    """Add to the history of each run the scores of its network as it is now.

    Raises:
        DivergenceError: the epoch's last step made the loss of one infinite or NaN.
    """
    checks = FirstBatchChecks(group.model, group.loss, group.batch_dim)
    with checks if group.runs[0].epoch == 1 else nullcontext():
        scores = group.evaluate()
    for run, epoch in zip(group.runs, scores, strict=True):
        if not math.isfinite(epoch.train["loss"]):
            raise divergence_error(run, epoch.train["loss"])
        run.result.history.append(epoch)
