"""Complete runs: data loaded, all repeats trained, the network saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pluggy

from minidl_core.assembly import DTYPES, make, make_dataset, make_metrics, open_device, sequential, spec_of, versions_of
from minidl_core.errors import (
    ConfigError,
    DivergenceError,
    InputError,
    MinidlError,
    RunError,
    SavedModelError,
    TrainingInterrupted,
)
from minidl_core.hooks import active_hooks, hook_manager
from minidl_core.interfaces.dataset import Dataset
from minidl_core.plugin_file import load_file
from minidl_core.registry import Entry, InterruptWatch, default_registry
from minidl_core.run_config import RunConfig
from minidl_core.saving import check_save_path, real_path, save
from minidl_core.training.engine_choice import engine_name, require_engine
from minidl_core.training.fit import fit_prepared
from minidl_core.training.repeats import Repeats, fill_defaults
from minidl_core.training.result import RunResult
from minidl_core.training.run_state import Run


def run(config: RunConfig | None = None, *, hooks: Iterable[object] = (), progress: bool = False) -> RunResult:
    """Run a configuration: load the data, train each repeat with its own seed, and save the network.

    An error raised during or after training has the completed repeats and epochs in its `result`.

    Args:
        config: the configuration; the default is the report's standard test.
        hooks: objects with hook implementations, in addition to the installed ones.
        progress: True to report progress on stderr.

    Returns:
        The result of each repeat, with the versions of everything that was used.

    Raises:
        InputError: an entry of the configuration cannot be used; the message says which.
        DivergenceError: a loss became infinite or NaN; the other repeats are trained to the end.
        HookError, PluginError: one of `hooks`, or a part, failed.
        SavedModelError: the trained network could not be saved.
        TrainingInterrupted: Ctrl-C was pressed; the network is saved all the same if the configuration says so.

    Example:
        Train three times, with seeds 0, 1 and 2:

            result = run(RunConfig(layers="linear:25,relu,linear:2", data="disk", repeats=3))
            result.summary["test"]["accuracy"]["mean"]
    """
    (result,), stop = _run([RunConfig() if config is None else config], hooks, progress=progress)
    if stop is not None:
        stop.result = result
        raise stop
    return result


def run_all(configs: Sequence[RunConfig], *, hooks: Iterable[object] = (), progress: bool = False) -> list[RunResult]:
    """Run several configurations.

    With an engine that trains groups, those with equal networks, losses and sizes of data are trained at the same time:
    each keeps its own seed, data and optimizer settings. Others are trained one after another. If one diverges, the
    others are trained to the end before the error is raised.

    An error raised during or after training has the list of results of the configurations begun in its `result`.

    Args:
        configs: the configurations.
        hooks: objects with hook implementations, in addition to the installed ones; `Run.repeat` counts the repeats
            of all configurations.
        progress: True to report progress on stderr.

    Returns:
        The result of each configuration, in order.

    Raises:
        InputError: an entry of a configuration cannot be used; the message says which.
        DivergenceError: a loss became infinite or NaN.
        HookError, PluginError: one of `hooks`, or a part, failed.
        SavedModelError: a trained network could not be saved.
        TrainingInterrupted: Ctrl-C was pressed.
    """
    configs = configs if isinstance(configs, RunConfig) else list(configs)
    if isinstance(configs, RunConfig) or not all(isinstance(config, RunConfig) for config in configs):
        raise ConfigError(f"run_all takes a list of RunConfig, not {configs!r}: write run_all([RunConfig(...), ...])")
    results, stop = _run(configs, hooks, progress=progress)
    if stop is not None:
        stop.result = results
        raise stop
    return results


def _run(
    configs: Sequence[RunConfig], hooks: Iterable[object], *, progress: bool
) -> tuple[list[RunResult], MinidlError | None]:
    """Return the results of the configurations begun, and the error that ended training early, or None."""
    for path in dict.fromkeys(path for config in configs for path in config.plugin):
        load_file(path)
    _check_paths([config.save for config in configs if config.save is not None])
    manager = hook_manager(default_registry(), hooks)
    for config in configs:
        _check_names(config)
    tasks = [(config, make_dataset(config.data)) for config in configs]
    with InterruptWatch():  # which those of all parts share
        done, stop = _train_all(Repeats(tasks, progress=progress), manager)
    active = active_hooks(manager, default_registry())
    results, first = [], 1
    for config, dataset in tasks:
        of_config = [run for run in done if first <= run.repeat < first + config.repeats]
        first += config.repeats
        if of_config:
            results.append(_run_result(config, dataset, of_config, active, stop))
            stop = _save(results[-1], of_config[-1], config.save, stop)
    return results, stop


def _train_all(repeats: Repeats, manager: pluggy.PluginManager) -> tuple[list[Run], MinidlError | None]:
    """Return the repeats begun, in order, and the error that ended training early, or None.

    A repeat that diverges leaves the others alone.
    """
    done: list[Run] = []
    while repeats.left:
        try:
            with InterruptWatch():  # one for all parts that are loaded, because installing a watch takes time
                config, engine, runs = repeats.next()
            fit_prepared(runs, engine, manager, config.threads)
        except KeyboardInterrupt:  # while loading or building
            if not done:
                raise
            return done, TrainingInterrupted([])
        except MinidlError as error:
            return _unless_nothing_is_done(done, error), error
        done += runs
        for run in runs:
            if isinstance(run.failure, InputError):
                _unless_nothing_is_done(done, run.failure)
            if run.failure is not None and not isinstance(run.failure, DivergenceError):
                return done, run.failure
        if any(run.result.interrupted for run in runs):
            return done, TrainingInterrupted([])
    return done, next((run.failure for run in done if run.failure is not None), None)


def _unless_nothing_is_done(done: list[Run], error: MinidlError) -> list[Run]:
    """Return the repeats begun; if none of them has completed an epoch, raise the error."""
    if not any(run.result.history for run in done):
        raise error
    return done


def _check_paths(paths: Sequence[str | Path]) -> None:
    """Check before training that networks can be saved to the paths."""
    for path in paths:
        check_save_path(path)
    if len(set(map(real_path, paths))) < len(paths):
        raise ConfigError(f"several configurations save to one file of {', '.join(map(str, paths))}: give each its own")


def _check_names(config: RunConfig) -> None:
    """Create all parts once, to report mistakes before the data are read, which may take long."""
    open_device(config.device, DTYPES[config.dtype])
    if config.layers is not None:
        model = sequential(config.layers)
        if config.save is not None:
            spec_of(model)
    if config.metrics is not None:
        make_metrics(config.metrics)
    if config.loss is not None:
        make("loss", config.loss)
    make("optimizer", config.optimizer)
    require_engine(config.engine)


def _run_result(
    config: RunConfig, dataset: Dataset, done: list[Run], hooks: list[Entry], stop: MinidlError | None
) -> RunResult:
    """Return the result of a configuration."""
    one = done[-1]
    parts = [("dataset", dataset), ("loss", one.loss), ("optimizer", one.optimizer)]
    parts += [("layer", layer) for layer in one.model.modules()]
    parts += [("metric", metric) for metric in one.metrics.values()]
    found = (default_registry().entry_of(kind, type(part)) for kind, part in parts)
    engines = [entry for entry in default_registry().entries("engine") if entry.matches(engine_name(one.engine))]
    versions = versions_of([*filter(None, found), *engines, *hooks])
    short = len(done) < config.repeats or any(run.result.interrupted for run in done)
    interrupted = isinstance(stop, TrainingInterrupted) and short
    config = replace(fill_defaults(config, one.data), engine=one.engine)
    return RunResult(config, [run.result for run in done], versions, interrupted)


def _save(result: RunResult, one: Run, path: str | Path | None, stop: MinidlError | None) -> MinidlError | None:
    """Save a network if it was trained and has a path; return the error of training or saving, or None."""
    if path is None or not one.result.history or isinstance(one.failure, DivergenceError):
        return stop
    try:
        save(one.model, path)
    except SavedModelError as error:
        error.exit_status = RunError.exit_status  # not the user's input, which was checked before training
        return _combined(stop, error)
    except KeyboardInterrupt:
        return _combined(stop or TrainingInterrupted([]), SavedModelError(f"cannot save to {path}: interrupted"))
    result.saved = str(path)
    return stop


def _combined(stop: MinidlError | None, failure: MinidlError) -> MinidlError:
    """Return the first error, with a note about the second."""
    if stop is None:
        return failure
    stop.add_note(str(failure))
    return stop
