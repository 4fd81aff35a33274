"""Times a training step against the number of points, the width and the batch size."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch

from minidl_compare.comparison_result import Quartiles, StepTime
from minidl_compare.training import Task, Training
from minidl_core import ConfigError, Data, RunConfig, Samples, Seconds

PAIRS = 5
"""The number of pairs of measurements at each size."""

BUDGET = 0.1
"""The approximate duration in seconds of PyTorch's side of a measurement."""

MOST_ROWS = 2_000_000
"""The most samples of a measurement, unless three batches are more."""

MOST_STEPS = 200

TEST_ROWS = 100
"""The number of test samples; few suffice, because evaluation is not timed."""

POINTS = (1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
BATCH_SIZES = (1, 10, 100, 1000, 10_000)

LEAST_POINTS = POINTS[1]
"""The smallest sweep: a curve needs at least two sizes."""


Measure = Callable[[], StepTime]


def check_most_points(most_points: int) -> None:
    """Check that a sweep up to the given number of points has at least two sizes of the dataset, or is off (0).

    Raises:
        ConfigError: it has fewer.
    """
    if 0 != most_points < LEAST_POINTS:
        raise ConfigError(
            f"a sweep needs at least {LEAST_POINTS} points, for two sizes of the dataset, not {most_points}: "
            f"write {LEAST_POINTS} or more, or 0 for no sweep"
        )


def sizes(most_points: int) -> dict[str, list[int]]:
    """Return the sizes at which steps are timed, by the size that is varied; none for 0 points."""
    if most_points == 0:
        return {}
    return {
        "points": [size for size in POINTS if size <= most_points],
        "width": list(WIDTHS),
        "batch_size": [size for size in BATCH_SIZES if size <= most_points],
    }


def sweep(config: RunConfig, data: Data, most_points: int) -> Iterator[tuple[str, int, Measure]]:
    """Yield the name of the varied size, its value, and a function that measures the times of a step there.

    - `points`: a step over the whole dataset at once, against its number of points, up to `most_points`.
    - `width`: a step of three hidden layers of that width, linear and relu, at the configuration's batch size.
    - `batch_size`: a step of the configuration's network, against the batch size, up to `most_points`.

    The points are those of the training data, repeated if there are too few.

    Args:
        config: network, loss, optimizer, batch size and seed, all set.
        data: the samples.
        most_points: the largest dataset and batch size; 0 for no sweep.
    """
    outputs = data.target_shape[0]
    for varied, numbers in sizes(most_points).items():
        for size in numbers:
            wide = replace(config, layers=f"3*(linear:{size},relu),linear:{outputs}")
            network, batch_size = (wide, config.batch_size) if varied == "width" else (config, size)
            yield varied, size, partial(step_time, network, data, batch_size, size)


def step_time(config: RunConfig, data: Data, batch_size: int, size: int) -> StepTime:
    """Return the times of a step with the given batch size, labeled with the value of the varied size."""
    probe = _task(config, data, batch_size, steps=3)
    probe.by_minidl()
    seconds = _seconds(probe.by_torch(), 3)["step"]
    most = min(MOST_STEPS, MOST_ROWS // batch_size)
    steps = max(3, min(most, int(BUDGET / seconds)))
    task = _task(config, data, batch_size, steps)
    measured: dict[str, list[dict[str, float]]] = {"minidl": [], "python": [], "torch": []}
    for _ in range(PAIRS):
        measured["minidl"].append(_seconds(task.by_minidl(), steps))
        if task.has_python:
            measured["python"].append(_seconds(task.by_python(), steps))
        measured["torch"].append(_seconds(task.by_torch(), steps))
    medians = {side: _medians(found) for side, found in measured.items() if found}
    ratios = {side: _ratio(measured[side], measured["torch"]) for side in medians}
    return StepTime(
        size,
        medians["minidl"],
        medians["torch"],
        ratios["minidl"],
        medians.get("python"),
        ratios.get("python"),
    )


def _medians(measured: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in measured) for name in measured[0]}


def _ratio(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> Quartiles:
    return Quartiles.of([one["step"] for one in ours], [one["step"] for one in theirs])


def _task(config: RunConfig, data: Data, batch_size: int, steps: int) -> Task:
    """Return a task of one epoch with the given number of steps."""
    rows = torch.arange(batch_size * steps) % len(data.train.inputs)
    train = Samples(*(tensor[rows] for tensor in data.train))
    test = Samples(*(tensor[:TEST_ROWS] for tensor in data.test))
    return Task(replace(config, epochs=1, batch_size=batch_size), replace(data, train=train, test=test))


def _seconds(training: Training, steps: int) -> dict[str, float]:
    """Return the seconds of a step by phase, and their sum as `step`."""
    spent: Seconds = training.seconds
    phases = {name: getattr(spent, name) / steps for name in ("forward", "backward", "update")}
    return phases | {"step": sum(phases.values())}
