"""The time of a training step against the number of points, the width and the batch size."""

from __future__ import annotations

import statistics
from dataclasses import replace

import torch

from minidl_compare.comparison import Spread, StepTime
from minidl_compare.training import Task, Training
from minidl_core import Data, RunConfig, Samples, Seconds

PAIRS = 5
"""Pairs of measurements at each size."""

BUDGET = 0.1
"""About as many seconds of PyTorch's steps make a measurement."""

MOST_ROWS = 2_000_000
"""A measurement draws no more samples than this, unless three batches are more."""

MOST_STEPS = 200

TEST_ROWS = 100
"""Tests are not timed, so a few samples do."""

POINTS = (1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
BATCH_SIZES = (1, 10, 100, 1000, 10_000)


def sweep(config: RunConfig, data: Data, most_points: int) -> dict[str, list[StepTime]]:
    """Return the times of steps by what was varied, each up to `most_points` points a step.

    - `points`: a step over the whole dataset at once, against its number of points.
    - `width`: a step of three hidden layers of that width, linear and relu, at the configuration's batch size.
    - `batch_size`: a step of the configuration's network, against the batch size.

    The points are those of the training data, over and over where there are not as many.

    Args:
        config: network, loss, optimizer, batch size and seed, all given.
        data: the samples.
        most_points: dataset and batch sizes go no further; from 1.
    """
    outputs = data.target_shape[0]
    networks = {width: replace(config, layers=f"3*(linear:{width},relu),linear:{outputs}") for width in WIDTHS}
    points, batch_sizes = ([size for size in sizes if size <= most_points] for sizes in (POINTS, BATCH_SIZES))
    return {
        "points": [step_time(config, data, size, size) for size in points],
        "width": [step_time(wide, data, config.batch_size, width) for width, wide in networks.items()],
        "batch_size": [step_time(config, data, size, size) for size in batch_sizes],
    }


def step_time(config: RunConfig, data: Data, batch_size: int, size: int) -> StepTime:
    """Return the times of a step of so many samples, for the size that was varied."""
    probe = _task(config, data, batch_size, steps=3)
    probe.by_minidl()
    seconds = _seconds(probe.by_torch(), 3)["step"]
    most = min(MOST_STEPS, MOST_ROWS // batch_size)
    steps = max(3, min(most, int(BUDGET / seconds)))
    task = _task(config, data, batch_size, steps)
    pairs = [(_seconds(task.by_minidl(), steps), _seconds(task.by_torch(), steps)) for _ in range(PAIRS)]
    ours, theirs = zip(*pairs, strict=True)
    minidl, pytorch = (
        {name: statistics.median(one[name] for one in side) for name in side[0]} for side in (ours, theirs)
    )
    return StepTime(size, minidl, pytorch, Spread.of([one["step"] for one in ours], [one["step"] for one in theirs]))


def _task(config: RunConfig, data: Data, batch_size: int, steps: int) -> Task:
    """Return an epoch of so many steps."""
    rows = torch.arange(batch_size * steps) % len(data.train.inputs)
    train = Samples(*(tensor[rows] for tensor in data.train))
    test = Samples(*(tensor[:TEST_ROWS] for tensor in data.test))
    return Task(replace(config, epochs=1, batch_size=batch_size), replace(data, train=train, test=test))


def _seconds(training: Training, steps: int) -> dict[str, float]:
    """Return the seconds of a step by phase, and of all three."""
    spent: Seconds = training.seconds
    phases = {name: getattr(spent, name) / steps for name in ("forward", "backward", "update")}
    return phases | {"step": sum(phases.values())}
