"""Whole runs, as the command line starts them."""

from __future__ import annotations

from collections.abc import Iterable

from minidl_core.assembly import make, make_dataset, make_metrics, sequential, versions_of
from minidl_core.config import RunConfig
from minidl_core.errors import TrainingInterrupted
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
    config = RunConfig() if config is None else config
    for path in config.plugin:
        load_file(path)
    if config.save is not None:
        check_path(config.save)
    manager = hook_manager(default_registry(), hooks)
    _check_names(config)
    dataset = make_dataset(config.data)
    done: list[Run] = []
    interrupted = False
    repeats = Repeats(config, dataset, progress=progress)
    while len(done) < config.repeats and not interrupted:
        try:
            runs = repeats.next()
            fit_prepared(runs, manager, config.threads, config.without)
            done += runs
            if runs[-1].failure is not None:
                break
            interrupted = runs[-1].result.interrupted
        except KeyboardInterrupt:  # while loading or building
            if not done:
                raise
            interrupted = True
    hooks = taking_part(manager, default_registry())
    return _finished(config, dataset, done, hooks, interrupted=interrupted)


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
    """Put the result together, and save the network if the configuration says so and it was trained at all."""
    one = done[-1]
    parts = [("dataset", dataset), ("loss", one.loss), ("optimizer", one.optimizer)]
    parts += [("layer", layer) for layer in one.model.modules()]
    parts += [("metric", metric) for metric in one.metrics.values()]
    found = (default_registry().entry_of(kind, type(part)) for kind, part in parts)
    versions = versions_of([*filter(None, found), *hooks])
    result = RunResult(resolved(config, one.data), [each.result for each in done], versions, interrupted)
    if config.save is not None and one.result.history:
        save(one.model, config.save)
    if one.failure is not None:
        one.failure.result = result
        raise one.failure
    if interrupted:
        raise TrainingInterrupted(result)
    return result
