"""The comparison itself."""

from __future__ import annotations

from dataclasses import replace

import torch

from minidl_compare.comparison import Comparison
from minidl_compare.decisions import decisions_of, obstacle
from minidl_compare.sweep import sweep
from minidl_compare.training import Task
from minidl_core import ConfigError, RunConfig, load_file
from minidl_core.assembly import load_data, make_dataset
from minidl_core.interfaces.dataset import Dataset
from minidl_core.threads import using_threads
from minidl_core.training.repeats import resolved
from minidl_core.version import own_version

STANDARD = RunConfig(repeats=10, threads=1)
"""The report's standard test, ten times, on one thread."""


def compare_with_torch(config: RunConfig = STANDARD, *, most_points: int = 0) -> Comparison:
    """Train with minidl and with PyTorch in turn, from the same parameters on the same batches.

    A pair of trainings that is not counted warms up both sides.

    Args:
        config: what to train; `repeats` pairs, each with a seed of its own. None for threads is one.
        most_points: where above 0, also time single steps against sizes, up to so many points.

    Raises:
        InputError: something in the configuration cannot be used, or a part has no PyTorch twin.
        PluginError: what a part names as its twin is none.
        DivergenceError: the loss became infinite or NaN.
    """
    for name, due in (("device", "cpu"), ("save", None)):
        if getattr(config, name) != due:
            raise ConfigError(f"a comparison has no {name}: leave it out, for it trains on the CPU and saves nothing")
    for path in config.plugin:
        load_file(path)
    dataset = make_dataset(config.data)
    with using_threads(config.threads or 1), torch.random.fork_rng(devices=[]):
        return _compared(replace(config, threads=config.threads or 1), dataset, most_points)


def _compared(config: RunConfig, dataset: Dataset, most_points: int) -> Comparison:
    first = _task(config, dataset, 0)
    first.check()
    warm = Task(replace(first.config, epochs=1), first.data)
    warm.by_minidl(), warm.by_torch()
    pairs = []
    for number in range(config.repeats):
        task = _task(config, dataset, number) if number else first
        pairs.append((task.by_minidl(), task.by_torch()))
    left_out = obstacle(first.data)
    return Comparison(
        config=replace(first.config, repeats=config.repeats),
        minidl=[ours for ours, _ in pairs],
        torch=[theirs for _, theirs in pairs],
        versions={"minidl": own_version(), "torch": torch.__version__},
        steps=sweep(first.config, first.data, most_points) if most_points else {},
        decisions=None if left_out else decisions_of(first.data, *pairs[0]),
        left_out=left_out,
    )


def _task(config: RunConfig, dataset: Dataset, number: int) -> Task:
    """Return what both sides do in a repeat, counted from 0."""
    seed = config.seed + number
    data = load_data(dataset, seed)
    return Task(replace(resolved(config, data, seed), repeats=1), data)
