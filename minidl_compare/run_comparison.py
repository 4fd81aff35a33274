"""Compares the training of minidl and of PyTorch."""

from __future__ import annotations

from dataclasses import replace

import torch

from minidl_compare.comparison_result import Comparison
from minidl_compare.config import CompareConfig, check_comparable
from minidl_compare.decision_regions import decision_regions_of, incompatibility
from minidl_compare.measurements import Measurements
from minidl_compare.progress import ComparisonProgress
from minidl_compare.sweep import check_most_points, sizes
from minidl_core import MinidlError, RunConfig, TrainingInterrupted, load_file
from minidl_core.assembly import make_dataset
from minidl_core.own_version import own_version
from minidl_core.threads import using_threads

STANDARD = CompareConfig()


def compare_with_torch(config: RunConfig = STANDARD, *, most_points: int = 0, progress: bool = False) -> Comparison:
    """Train with minidl and with PyTorch in turn, from the same initial parameters on the same batches.

    If minidl's engine is not `python`, trainings with `python` are measured in addition.

    Before the first pair of trainings, a short one warms up both sides, and the twins are checked on a few samples.

    Args:
        config: what to train: `repeats` pairs of trainings, with a different seed for each pair. If threads is None,
            one thread is used.
        most_points: the largest number of points at which single steps are timed; 0 times none.
        progress: whether to report progress on stderr.

    Raises:
        InputError: an entry of the configuration cannot be used, or a part has no PyTorch twin.
        PluginError: a part failed, or the result of its `torch_twin` is not a twin.
        DivergenceError: the loss became infinite or NaN.
        RunError: PyTorch's side failed.
        TrainingInterrupted: Ctrl-C after the first pair has ended.
        KeyboardInterrupt: Ctrl-C before the first pair has ended.

    After the first pair has ended, the `result` of an error is a `Comparison` of the pairs and the steps' times that
    were measured before it.
    """
    check_comparable(config)
    check_most_points(most_points)
    for path in config.plugin:
        load_file(path)
    threads = config.threads or 1
    dataset = make_dataset(config.data)
    measurements = config.repeats + sum(map(len, sizes(most_points).values()))
    with (
        using_threads(threads),
        torch.random.fork_rng(devices=[]),
        ComparisonProgress(measurements, watched=progress) as watch,
    ):
        reached = Measurements(replace(config, threads=threads), dataset, watch)
        stop = _measure(reached, most_points)
        result = _result(reached, interrupted=isinstance(stop, TrainingInterrupted))
    if stop is not None:
        stop.result = result
        raise stop
    return result


def _measure(reached: Measurements, most_points: int) -> MinidlError | None:
    """Make all measurements; return the error that ended them early, if one did after the first pair."""
    try:
        reached.warm_up()
        reached.train_pairs()
        reached.time_steps(most_points)
    except KeyboardInterrupt:
        if not reached.pairs:
            raise KeyboardInterrupt from None  # not with the result of a single training
        return TrainingInterrupted([])
    except MinidlError as error:
        error.result = None  # it was that of a single training
        if not reached.pairs:
            raise
        return error
    return None


def _result(reached: Measurements, *, interrupted: bool) -> Comparison:
    first = reached.first
    left_out = incompatibility(first.data)
    return Comparison(
        config=replace(first.config, repeats=reached.config.repeats),
        minidl=[ours for ours, _ in reached.pairs],
        torch=[theirs for _, theirs in reached.pairs],
        python=reached.python,
        versions={"minidl": own_version(), "torch": torch.__version__},
        steps=reached.steps,
        decisions=None if left_out else decision_regions_of(first.data, *reached.pairs[0]),
        left_out=left_out,
        interrupted=interrupted,
        rows=first.data.rows,
        notices=first.data.notices,
    )
