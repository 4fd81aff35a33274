"""The checks of metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from minidl_core.interfaces.metric import Metric
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart, component_cases
from minidl_core.testing.configured_with_targets import ConfiguredWithTargets, call_with_targets
from minidl_core.testing.numerics.comparison import ROUNDING, require_tensor
from minidl_core.testing.replay.probe_run import ROWS, probe_run
from minidl_core.testing.replay.replay import REPLAY, check_replay
from minidl_core.testing.subject import Subject

SAMPLES = 12
OUTPUTS = 3

MANY = 200
CORRECTION = 0.1
"""The maximum relative change when all samples are repeated: some metrics correct for the number of samples."""


def metric_cases(subject: Subject) -> Iterator[Case]:
    """Yield the checks of a metric for all settings, with one-hot and real targets."""
    return component_cases(subject, _cases)


def _cases(configured: ConfiguredPart) -> Iterator[Case]:
    for metric in ConfiguredWithTargets.for_all_targets(configured):
        for check in CHECKS:
            yield check.case(metric.labels, metric)


def compute(configured: ConfiguredWithTargets, prediction: Tensor, target: Tensor) -> Tensor:
    """Return the metric.

    Raises:
        NotCheckedError: the metric rejects the targets.
    """
    metric: Metric = configured.make()
    return call_with_targets(metric.compute, prediction, target)


def check_value(configured: ConfiguredWithTargets) -> None:
    """Check that the metric is a scalar."""
    require_tensor("the metric", compute(configured, *configured.batch(SAMPLES, OUTPUTS)), torch.zeros(()))


def check_arguments_unchanged(configured: ConfiguredWithTargets) -> None:
    """Check that predictions and targets are not modified."""
    prediction, target = configured.batch(SAMPLES, OUTPUTS)
    compute(configured, prediction, target)
    if not all(map(torch.equal, (prediction, target), configured.batch(SAMPLES, OUTPUTS))):
        raise ConformanceError("compute modifies predictions or targets in place: compute into a new tensor")


def check_order(configured: ConfiguredWithTargets) -> None:
    """Check that perfect predictions score no worse than random ones."""
    prediction, target = configured.batch(SAMPLES, OUTPUTS)
    best = float(compute(configured, target.clone(), target))
    other = float(compute(configured, prediction, target))
    higher_is_better = configured.make().higher_is_better
    if not (best >= other if higher_is_better else best <= other):
        raise ConformanceError(
            f"perfect predictions score {best:.6g}, random ones {other:.6g}, but higher_is_better is "
            f"{higher_is_better}: correct compute, or set higher_is_better = {not higher_is_better} in the class"
        )


def check_count(configured: ConfiguredWithTargets) -> None:
    """Check that repeating all samples does not change the metric, except for a small correction."""
    prediction, target = configured.batch(MANY, OUTPUTS)
    poor = float(compute(configured, prediction.clone(), target.clone()))
    prediction = target + prediction / 2
    once = float(compute(configured, prediction.clone(), target.clone()))
    twice = float(compute(configured, prediction.repeat(2, 1), target.repeat(2, 1)))
    if math.isnan(once):
        raise NotCheckedError("it returns NaN for such targets")
    if not abs(twice - once) <= CORRECTION * max(abs(once), abs(poor)) + ROUNDING:
        raise ConformanceError(
            f"for {MANY} samples it is {once:.6g}, for the same samples repeated {twice:.6g}",
            "it is a sum or a count, which cannot be compared between data sets: divide by the number of samples",
        )


def check_replayed(configured: ConfiguredWithTargets) -> None:
    """Check that the native engine gives the metrics that Python gives."""
    prediction, targets = configured.batch(ROWS, OUTPUTS)
    compute(configured, prediction, targets.clone())  # it may reject such targets
    check_replay(lambda: probe_run(shape=(OUTPUTS,), metrics=[configured.make()], targets=targets))


SCALAR = "the metric is a scalar"
UNCHANGED = "compute does not modify its arguments"

CHECKS = (
    Check(SCALAR, check_value, "basic"),
    Check(UNCHANGED, check_arguments_unchanged, "basic"),
    Check("perfect predictions score no worse than others", check_order, "basic", (SCALAR,)),
    Check("it does not grow with the number of samples", check_count, "basic", (SCALAR,)),
    Check(REPLAY, check_replayed, "full", (SCALAR, UNCHANGED)),
)
