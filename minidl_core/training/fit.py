"""Trains one network on one set of data."""

from __future__ import annotations

import copy
import time
import warnings
from collections.abc import Iterable, Sequence
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
from minidl_core.errors import DataWarning, TrainingInterrupted
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
from minidl_core.training.engine import Engine
from minidl_core.training.engine_choice import choose_engine, require_engine
from minidl_core.training.loop import TrainingLoop
from minidl_core.training.result import FitResult
from minidl_core.training.run_hooks import RunHooks
from minidl_core.training.run_state import Run

DEFAULT_METRICS = {"classification": "accuracy", "regression": "r2,mae,rmse"}

DEFAULT_LOSS = {"classification": "cross_entropy", "regression": "mse"}

SMALL_STEP = 5_000_000
"""Multiplications of a forward pass below which one thread is fastest."""


def fit(  # noqa: PLR0913 - independent options, mostly with defaults
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
    engine: str = RunConfig.engine,
    fresh: bool = False,
) -> FitResult:
    """Train a network on data, and return it with the scores of each epoch.

    A network that is not built is built for the data, and its parameters are initialized from the seed. The seed also
    determines the order of the batches, and the data if they are drawn at random.

    A network that is built continues from its parameters and buffers, and keeps its preprocessing, which is applied to
    the data of a dataset. Everything else starts from scratch: the state of the optimizer (such as momentum, or the
    moments and step count of Adam), the order of the batches and all random numbers, the count of epochs and steps, and
    the history. Two calls with 5 epochs are therefore not equal to one with 10.

    Args:
        model: the network, or its specification.
        data: the data, a dataset, or the specification of one.
        loss: the objective that training minimizes, or its specification; None uses the default of the data.
        optimizer: updates the parameters from their gradients; an object or a specification.
        metrics: metrics of the predictions, or a list such as `"r2,mae"`; None uses accuracy for classification and
            r2, mae and rmse for regression.
        epochs: the number of passes over the training data, at least 1.
        batch_size: samples per step, at least 1.
        seed: determines all random numbers.
        dtype: the type of all numbers.
        device: the device to compute on, such as `cpu` or `cuda`.
        hooks: objects with hook implementations, in addition to the installed ones.
        progress: True to report progress on stderr.
        threads: the number of processor threads; None uses one for a small network, else torch's default.
        engine: takes the steps of training; `auto` uses `native` where it works and pays, else `python`.
        fresh: True to build a network that is already built again for the data, discarding its parameters and
            preprocessing.

    Returns:
        The trained network, the scores of each epoch and the time of each phase.

    Raises:
        InputError: an argument cannot be used; the message says which.
        DataError: the network has a preprocessing that does not fit the data.
        DivergenceError: the loss became infinite or NaN; its `result` has the completed epochs.
        HookError: one of `hooks` failed; its `result` has the completed epochs.
        PluginError: a part failed; its `result` has the completed epochs.
        TrainingInterrupted: Ctrl-C was pressed; its `result` has the completed epochs.

    Example:
        Train a network with one hidden layer on the bundled dataset `disk`:

            result = fit("linear:25,relu,linear:2", "disk", epochs=20)
            result.final["test"]["accuracy"]
    """
    config = RunConfig(
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        threads=threads,
        dtype=dtype,
        device=device,
        engine=engine,
    )
    manager = hook_manager(default_registry(), hooks)
    require_engine(config.engine)
    model = model if isinstance(model, Sequential) else sequential(model)
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
    fit_prepared([run], choose_engine(config.engine, run), manager, config.threads)
    if run.failure is not None:
        run.failure.result = run.result
        raise run.failure
    if run.result.interrupted:
        raise TrainingInterrupted(run.result)
    return run.result


def default_loss(data: Data) -> str:
    """Return the specification of the default loss for data."""
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
    """Return a run that is ready for training: data converted, network built and checked, optimizer attached.

    Args:
        config: the number of epochs, batch size, seed, type and device.
        model: the network.
        data: the data.
        loss: the loss.
        optimizer: the optimizer.
        metrics: metrics, or a list such as `"r2,mae"`; None uses the defaults of the task.
        progress: True to report progress on stderr.
        fresh: True to build a network again that is already built.
    """
    dtype = DTYPES[config.dtype]
    device = open_device(config.device, dtype)
    named_metrics = make_metrics(DEFAULT_METRICS[data.task] if metrics is None else metrics)
    data = data.to(dtype, device)
    for notice in data.notices:
        if notice.warning:
            warnings.warn(notice.message, DataWarning, stacklevel=3)
    with locating_errors(loss):
        for samples in (data.train, data.test):
            loss.check_targets(samples.targets)
    started = time.perf_counter()
    if fresh and model.out_shape is not None:
        build_for(copy.deepcopy(model), data, config.seed, dtype, device)  # raises before the parameters are lost
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
    return Run(model, data, loss, optimizer, named_metrics, config.epochs, config.batch_size, result, progress=progress)


def fit_prepared(
    runs: Sequence[Run], engine: Engine, manager: pluggy.PluginManager, threads: int | None = None
) -> None:
    """Train prepared runs, a single one or a group; `failure` and `result.interrupted` say how each ended.

    Args:
        runs: the runs; several must have the same `group_key`.
        engine: the engine that takes their steps.
        manager: the hooks to call.
        threads: the number of processor threads; None uses one for a small network, else torch's default.
    """
    count = threads or _default_threads(runs)
    for run in runs:
        run.result.threads, run.result.together = count, len(runs)
    with using_threads(count):
        TrainingLoop(runs, RunHooks(manager)).train(engine)


def multiplications(run: Run) -> int:
    """Return the approximate number of multiplications of a forward pass of a batch."""
    return run.batch_size * sum(parameter.value.numel() for parameter in run.model.parameters())


def _default_threads(runs: Sequence[Run]) -> int:
    """Return 1 for steps so small that synchronizing threads would take longer than the work, else torch's default."""
    return 1 if len(runs) * multiplications(runs[0]) < SMALL_STEP else torch.get_num_threads()
