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
from minidl_core.training.progress_notifier import ProgressNotifier
from minidl_core.training.run_group import RunGroup

FUSED_FROM = 2**18
"""Bytes of parameters from which deferred gradients are faster; smaller networks are updated by a single operation."""


def train(group: RunGroup, hooks: pluggy.PluginManager, without: Collection[str] = ()) -> None:
    """Train runs for all their epochs, evaluate them after each epoch and call the hooks.

    Ctrl-C, and failures of hooks or parts, end training without an exception: `result.interrupted` or `failure` of the
    runs is set, and their results contain the completed epochs.

    Args:
        group: the runs to train.
        hooks: the hooks to call.
        without: the optimizations to disable.

    Raises:
        DivergenceError: the loss became infinite or NaN.
        InputError: an argument cannot be used.
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
        except BaseException as error:  # noqa: BLE001 - including exits of the program
            _stop(group, error, asked=watch.is_requested(error))
    _end(group, hooks, started)


def _stop(group: RunGroup, error: BaseException, *, asked: bool) -> None:
    """Record an interruption, or the failure of the part that raised the error; raise errors of no part again."""
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
    """Record the total time and call `minidl_run_ended`; its failures must not hide an earlier failure."""
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
    """Take the steps of an epoch in training mode."""
    group.reload()
    model = group.model.train()
    if "kept-memory" not in without:
        model.keep_memory(group.batches.batches[0].inputs)
    notifier.begin_epoch()
    backward = model.backward if "skipped-gradient" in without else model.backward_parameters
    batches, count = iter(group.batches), len(group.batches)
    try:
        with _deferring(group, wanted="fused-update" not in without):
            if group.runs[0].epoch == 1:  # check the first batch, and the last, which may be smaller
                _take_checked_steps(group, notifier, backward, islice(batches, 1))
                _take_steps(group, notifier, backward, islice(batches, max(0, count - 2)))
                _take_checked_steps(group, notifier, backward, batches)
            _take_steps(group, notifier, backward, batches)
    finally:
        model.free_memory()
        group.sync()


@contextmanager
def _deferring(group: RunGroup, *, wanted: bool) -> Iterator[None]:
    """Defer gradients to the update if the optimizer only adds them and the network is large enough to benefit."""
    block = group.optimizer.block
    block.defer(wanted=wanted and group.optimizer.only_adds and block.value.nbytes >= FUSED_FROM)
    try:
        yield
    finally:
        block.defer(wanted=False)


def _take_checked_steps(
    group: RunGroup, notifier: ProgressNotifier, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take steps, checking what layers and the loss return in the first."""
    with FirstBatchChecks(group.model, group.loss, group.batch_dim) as checks:
        _take_steps(group, notifier, checks.wrap_backward(backward), batches)


def _take_steps(
    group: RunGroup, notifier: ProgressNotifier, backward: Callable[[Tensor], object], batches: Iterable[Samples]
) -> None:
    """Take a step for each batch: forward, backward and update, measuring the time of each."""
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
    """Add the scores of the current network of each run to its history.

    Raises:
        DivergenceError: the loss of a run is infinite or NaN after the last step.
    """
    checks = FirstBatchChecks(group.model, group.loss, group.batch_dim)
    with checks if group.runs[0].epoch == 1 else nullcontext():
        scores = group.evaluate()
    for run, epoch in zip(group.runs, scores, strict=True):
        if not math.isfinite(epoch.train["loss"]):
            raise divergence_error(run, epoch.train["loss"])
        run.result.history.append(epoch)
