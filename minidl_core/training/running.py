"""Whole runs, as the command line starts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from minidl_core.assembly import make, make_dataset, sequential, versions_of
from minidl_core.config import RunConfig
from minidl_core.errors import TrainingInterrupted
from minidl_core.hooks import hook_manager
from minidl_core.interfaces.dataset import Data
from minidl_core.registry import default_registry
from minidl_core.saving import check_path, save
from minidl_core.training.fitting import DEFAULT_METRICS, fit_prepared, prepare
from minidl_core.training.result import FitResult, RunResult
from minidl_core.training.state import Run

HIDDEN_LAYERS = "3*(linear:25,relu)"
"""The hidden layers where none are given; an output layer that fits the data is added."""


def run(config: RunConfig | None = None, *, hooks: Iterable[object] = (), progress: bool = False) -> RunResult:
    """Do all that a configuration says: load the data, train each repeat with a seed of its own, save the network.

    Args:
        config: what to do; the default is the report's standard test.
        hooks: objects with hook implementations, beside those that are installed.
        progress: whether to report progress on stderr.

    Raises:
        InputError: something in the configuration cannot be used; the message says what.
        DivergenceError: the loss became infinite or NaN.
        TrainingInterrupted: Ctrl-C; what was reached is in its `result`, and saved if the configuration says so.
    """
    config = RunConfig() if config is None else config
    if config.save is not None:
        check_path(config.save)
    manager = hook_manager(default_registry(), hooks)
    dataset = make_dataset(config.data)
    done: list[FitResult] = []
    for index in range(config.repeats):
        data = dataset.load(config.seed + index)
        config = _resolved(config, data)
        one = _prepared(replace(config, seed=config.seed + index, repeats=1), data, progress=progress)
        one.repeat, one.repeats = index + 1, config.repeats
        fit_prepared(one, manager, config.threads)
        done.append(one.result)
        if one.result.interrupted:
            break
    parts = [("dataset", dataset), ("loss", one.loss), ("optimizer", one.optimizer)]
    parts += [("layer", layer) for layer in one.model.modules()]
    parts += [("metric", metric) for metric in one.metrics.values()]
    result = RunResult(config, done, versions_of(parts))
    if config.save is not None:
        save(one.model, config.save)
    if result.interrupted:
        raise TrainingInterrupted(result)
    return result


def _resolved(config: RunConfig, data: Data) -> RunConfig:
    """Fill in what depends on the data."""
    layers = f"{HIDDEN_LAYERS},linear:{data.target_shape[0]}" if config.layers is None else config.layers
    metrics = DEFAULT_METRICS[data.task] if config.metrics is None else config.metrics
    return replace(config, layers=layers, metrics=metrics)


def _prepared(config: RunConfig, data: Data, *, progress: bool) -> Run:
    model = sequential(config.layers or "")
    loss, optimizer = make("loss", config.loss), make("optimizer", config.optimizer)
    return prepare(config, model, data, loss, optimizer, config.metrics, progress=progress)
