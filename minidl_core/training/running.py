"""Whole runs, as the command line starts them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pluggy

from minidl_core.assembly import make, make_dataset, make_metrics, sequential, versions_of
from minidl_core.config import RunConfig
from minidl_core.errors import HookError, TrainingInterrupted
from minidl_core.hooks import hook_manager, taking_part
from minidl_core.interfaces.dataset import Dataset
from minidl_core.plugin_file import load_file
from minidl_core.registry import Entry, default_registry
from minidl_core.saving import check_path, save
from minidl_core.training.fitting import fit_prepared
from minidl_core.training.repeats import Repeats, resolved
from minidl_core.training.result import RunResult
from minidl_core.training.state import Run


def run(config: RunConfig | None = None, *, hooks: Iterable[object] = (), progress: bool = False) -> RunResult:
    """Do all that a configuration says: load the data, train each repeat with a seed of its own, save the network.

    Args:
        config: what to do; the default is the report's standard test.
        hooks: objects with hook implementations, beside those that are installed.
        progress: whether to report progress on stderr.

    Raises:
        InputError: something in the configuration cannot be used; the message says what.
        DivergenceError: the loss became infinite or NaN.
        HookError: one of `hooks` failed; as for TrainingInterrupted.
        TrainingInterrupted: Ctrl-C; what was reached is in its `result`, and saved if the configuration says so.
    """
    (result,), stop = _run([RunConfig() if config is None else config], hooks, progress=progress)
    if stop is not None:
        stop.result = result
        raise stop
    return result


def run_all(configs: Iterable[RunConfig], *, hooks: Iterable[object] = (), progress: bool = False) -> list[RunResult]:
    """Do what several configurations say, as `run` does for each, but at once where the networks are small.

    Configurations whose networks, losses and sizes of data are the same are trained in a stack, each with its own
    seed, data, and optimizer with settings of its own; others one after another.

    Args:
        configs: what to do.
        hooks: objects with hook implementations, beside those that are installed; a run's `repeat` counts the repeats
            of all configurations.
        progress: whether to report progress on stderr.

    Raises:
        InputError: something in a configuration cannot be used; the message says what.
        DivergenceError: the loss became infinite or NaN.
        HookError: one of `hooks` failed; as for TrainingInterrupted.
        TrainingInterrupted: Ctrl-C; its `result` is a list with what was reached of each configuration begun.
    """
    results, stop = _run(list(configs), hooks, progress=progress)
    if stop is not None:
        stop.result = results
        raise stop
    return results


def _run(
    configs: Sequence[RunConfig], hooks: Iterable[object], *, progress: bool
) -> tuple[list[RunResult], HookError | TrainingInterrupted | None]:
    """Return the results of the configurations that were begun, and what ended the training early, if anything did."""
    for path in dict.fromkeys(path for config in configs for path in config.plugin):
        load_file(path)
    for config in configs:
        if config.save is not None:
            check_path(config.save)
    manager = hook_manager(default_registry(), hooks)
    for config in configs:
        _check_names(config)
    tasks = [(config, make_dataset(config.data)) for config in configs]
    done, interrupted = _trained(Repeats(tasks, progress=progress), manager)
    stop = done[-1].failure if done else None
    taking = taking_part(manager, default_registry())
    results = []
    for config, dataset in tasks:
        of_config, done = done[: config.repeats], done[config.repeats :]
        if of_config:
            short = interrupted and len(of_config) < config.repeats
            results.append(_finished(config, dataset, of_config, taking, interrupted=short))
    return results, stop or (TrainingInterrupted(results) if interrupted else None)


def _trained(repeats: Repeats, manager: pluggy.PluginManager) -> tuple[list[Run], bool]:
    """Return the repeats that were begun, and whether Ctrl-C was before the last had ended."""
    done: list[Run] = []
    while len(done) < repeats.count:
        try:
            config, runs = repeats.next()
            fit_prepared(runs, manager, config.threads, config.without)
        except KeyboardInterrupt:  # while loading or building
            if not done:
                raise
            return done, True
        done += runs
        if runs[-1].failure is not None:
            return done, False
        if runs[-1].result.interrupted:
            return done, True
    return done, False


def _check_names(config: RunConfig) -> None:
    """Make the parts once before data is read, which may take long, so that mistakes are told at once."""
    if config.layers is not None:
        sequential(config.layers)
    if config.metrics is not None:
        make_metrics(config.metrics)
    if config.loss is not None:
        make("loss", config.loss)
    make("optimizer", config.optimizer)


def _finished(
    config: RunConfig, dataset: Dataset, done: list[Run], hooks: list[Entry], *, interrupted: bool
) -> RunResult:
    """Put a configuration's result together, and save the network if it says so and it was trained at all."""
    one = done[-1]
    parts = [("dataset", dataset), ("loss", one.loss), ("optimizer", one.optimizer)]
    parts += [("layer", layer) for layer in one.model.modules()]
    parts += [("metric", metric) for metric in one.metrics.values()]
    found = (default_registry().entry_of(kind, type(part)) for kind, part in parts)
    versions = versions_of([*filter(None, found), *hooks])
    interrupted = interrupted or any(run.result.interrupted and run.failure is None for run in done)
    result = RunResult(resolved(config, one.data), [run.result for run in done], versions, interrupted)
    if config.save is not None and one.result.history:
        save(one.model, config.save)
    return result
