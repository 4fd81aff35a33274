"""One network trained on one set of data."""

from __future__ import annotations

import copy
import time
import warnings
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import pluggy
import torch

from minidl_core.assembly import (
    DTYPES,
    build_for,
    check_input,
    check_output,
    data_for,
    locating_errors,
    make,
    make_data,
    make_metrics,
    open_device,
    sequential,
)
from minidl_core.errors import DataWarning, MinidlError, TrainingInterrupted
from minidl_core.hooks import hook_manager
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.sequential import Sequential
from minidl_core.registry import default_registry
from minidl_core.run_config import RunConfig
from minidl_core.seeds import generator
from minidl_core.threads import using_threads
from minidl_core.training.group import single_run
from minidl_core.training.loop import train
from minidl_core.training.result import FitResult
from minidl_core.training.run_state import Run
from minidl_core.training.stacking import Stack

DEFAULT_METRICS = {"classification": "accuracy", "regression": "r2,mae,rmse"}

DEFAULT_LOSS = {"classification": "cross_entropy", "regression": "mse"}

SMALL_STEP = 5_000_000
"""Multiplications of a forward pass below which one thread is quickest."""


def fit(  # noqa: PLR0913 - each is a choice of its own, and most have defaults
    model: str | Sequential,
    data: str | Dataset | Data,
    loss: str | Loss | None = RunConfig.loss,
    optimizer: str | Optimizer = RunConfig.optimizer,
    *,
    metrics: str | Sequence[Metric] | None = None,
    epochs: int = RunConfig.epochs,
    batch_size: int = RunConfig.batch_size,
    seed: int = RunConfig.seed,
    dtype: Literal["float32", "float64"] = RunConfig.dtype,
    device: str = RunConfig.device,
    hooks: Iterable[object] = (),
    progress: bool = False,
    threads: int | None = RunConfig.threads,
    without: Sequence[str] = (),
    fresh: bool = False,
) -> FitResult:
    """Train a network; all parts can be given as specifications or as objects.

    A network that is not built yet is built for the data, its parameters drawn by the seed. The seed also decides the
    order of the batches, and the data where it is drawn at random.

    A network that is built goes on from its parameters and buffers, and keeps its preprocessing: data of a dataset are
    treated as those were that it was trained on first. All else begins anew: the optimizer's state (momentum, and the
    moments and the count of Adam), the order of the batches and all random numbers from the seed, the count of epochs
    and steps, and the history. Two calls of 5 epochs are therefore not one of 10.

    Args:
        model: the network.
        data: where samples come from.
        loss: what training makes small; None takes the one that suits the data.
        optimizer: what changes the parameters.
        metrics: what predictions are judged by; None takes accuracy, or r2, mae and rmse, by the data's task.
        epochs: passes over the training data, at least 1.
        batch_size: samples a step, at least 1.
        seed: what all random numbers follow from.
        dtype: the type of numbers.
        device: where to compute, such as cpu or cuda.
        hooks: objects with hook implementations, beside those that are installed.
        progress: whether to report progress on stderr.
        threads: processor threads to compute with; None takes one where the network is small, else torch's choice.
        without: the fast ways not to take, for comparison: any of fused-update, kept-memory and skipped-gradient.
        fresh: whether a network that is built is built anew for the data, without what it has learned and without its
            preprocessing.

    Raises:
        InputError: something given cannot be used; the message says what.
        DataError: a network that is built has a preprocessing that does not fit the data.
        DivergenceError: the loss became infinite or NaN; what was reached is in its `result`.
        HookError: one of `hooks` failed; as for PluginError.
        PluginError: a part failed; what was reached is in its `result`.
        TrainingInterrupted: Ctrl-C; what was reached is in its `result`.
    """
    config = RunConfig(
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        threads=threads,
        dtype=dtype,
        device=device,
        without=tuple(without),
    )
    manager = hook_manager(default_registry(), hooks)
    model = sequential(model) if isinstance(model, str) else model
    data = make_data(data, seed) if fresh else data_for(model, data, seed)
    run = prepare(
        config,
        model,
        data,
        make("loss", default_loss(data) if loss is None else loss),
        make("optimizer", optimizer),
        metrics,
        progress=progress,
        fresh=fresh,
    )
    try:
        fit_prepared([run], manager, config.threads, config.without)
    except MinidlError as error:
        error.result = run.result
        raise
    if run.failure is not None:
        run.failure.result = run.result
        raise run.failure
    if run.result.interrupted:
        raise TrainingInterrupted(run.result)
    return run.result


def default_loss(data: Data) -> str:
    """Return the loss that is taken where none is given, as a specification."""
    return data.loss or DEFAULT_LOSS[data.task]


def prepare(
    config: RunConfig,
    model: Sequential,
    data: Data,
    loss: Loss,
    optimizer: Optimizer,
    metrics: str | Sequence[Metric] | None,
    *,
    progress: bool = False,
    fresh: bool = False,
) -> Run:
    """Bring the parts of a training together: one type, one device, the network built, its output checked.

    A network that is built is built anew where it is to be `fresh`.
    """
    dtype = DTYPES[config.dtype]
    device = open_device(config.device, dtype)
    judges = make_metrics(DEFAULT_METRICS[data.task] if metrics is None else metrics)
    data = data.to(dtype, device)
    for notice in data.notices:
        if notice.warning:
            warnings.warn(notice.message, DataWarning, stacklevel=3)
    with locating_errors(loss):
        for samples in (data.train, data.test):
            loss.check_targets(samples.targets)
    started = time.perf_counter()
    if fresh and model.out_shape is not None:
        build_for(copy.deepcopy(model), data, config.seed, dtype, device)  # before what was learned is lost
    if fresh or model.out_shape is None:
        build_for(model, data, config.seed, dtype, device)
    else:
        check_input(model, data, dtype)
        check_output(model, data)
        model.prepare(generator(config.seed), dtype).to(device)
    with locating_errors(optimizer):
        optimizer.attach(model.parameters())
    model.preprocessing, model.preprocessing_from = data.preprocessing, data.distribution
    result = FitResult(model, config.seed, rows=data.rows, notices=data.notices)
    result.seconds.total = result.seconds.initialization = time.perf_counter() - started
    return Run(model, data, loss, optimizer, judges, config.epochs, config.batch_size, result, progress=progress)


def fit_prepared(
    runs: Sequence[Run], manager: pluggy.PluginManager, threads: int | None = None, without: Collection[str] = ()
) -> None:
    """Train what was brought together, on batches shuffled by the runs' seeds.

    Args:
        runs: the parts of the training; of several that are to be stacked, all are alike.
        manager: the hooks to fire.
        threads: processor threads to compute with; None takes one where the network is small, else torch's choice.
        without: the fast ways that are not to be taken.
    """
    count = threads or _default_threads(runs)
    for run in runs:
        run.result.threads = count
    with using_threads(count):
        group = Stack(runs) if len(runs) > 1 else single_run(runs[0], arranged="kept-memory" not in without)
        train(group, manager, without)


def multiplications(run: Run) -> int:
    """Return about how many multiplications a forward pass of a batch takes."""
    return run.batch_size * sum(parameter.value.numel() for parameter in run.model.parameters())


def _default_threads(runs: Sequence[Run]) -> int:
    """Return one for a step so small that threads would wait for each other longer than they work."""
    return 1 if len(runs) * multiplications(runs[0]) < SMALL_STEP else torch.get_num_threads()
