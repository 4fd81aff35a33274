"""What every metric must satisfy."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from minidl_core.interfaces.metric import Metric
from minidl_core.testing.check_case import Case, Check, ConformanceError, NotCheckedError
from minidl_core.testing.configured_part import configured_parts
from minidl_core.testing.numerics.comparison import ROUNDING, require_same, require_tensor
from minidl_core.testing.report.outcome import STACKED
from minidl_core.testing.subject import Subject
from minidl_core.testing.targets import ConfiguredWithTargets, call_with_targets

SAMPLES = 12
OUTPUTS = 3
RUNS = 3

MANY = 200
CORRECTION = 0.1
"""What a metric may change by, relative to it, where all samples are given once more: some correct for their number."""


def metric_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a metric, for its settings and for one-hot and real targets."""
    for made, configured in configured_parts(subject):
        yield made
        if configured is None:
            continue
        for one_hot in (True, False):
            metric = ConfiguredWithTargets(configured.part, configured.settings, configured.varied, one_hot)
            for check in CHECKS:
                yield check.case(metric.labels, metric)


def compute(configured: ConfiguredWithTargets, prediction: Tensor, target: Tensor) -> Tensor:
    """Return the metric.

    Raises:
        NotCheckedError: the metric refuses such targets.
    """
    metric: Metric = configured.make()
    return call_with_targets(metric.compute, prediction, target)


def check_value(configured: ConfiguredWithTargets) -> None:
    """Check that the metric of all samples is one number."""
    require_tensor("the metric", compute(configured, *configured.batch(SAMPLES, OUTPUTS)), torch.zeros(()))


def check_arguments_unchanged(configured: ConfiguredWithTargets) -> None:
    """Check that predictions and targets are not changed."""
    prediction, target = configured.batch(SAMPLES, OUTPUTS)
    compute(configured, prediction, target)
    if not all(map(torch.equal, (prediction, target), configured.batch(SAMPLES, OUTPUTS))):
        raise ConformanceError("compute changes predictions or targets in place: compute into a new tensor")


def check_order(configured: ConfiguredWithTargets) -> None:
    """Check that perfect predictions are no worse than others."""
    prediction, target = configured.batch(SAMPLES, OUTPUTS)
    best = float(compute(configured, target.clone(), target))
    other = float(compute(configured, prediction, target))
    higher_is_better = configured.make().higher_is_better
    if not (best >= other if higher_is_better else best <= other):
        raise ConformanceError(
            f"perfect predictions have {best:.6g}, random ones {other:.6g}, and higher_is_better is {higher_is_better}"
            f": correct compute, or set higher_is_better = {not higher_is_better} in the class"
        )


def check_count(configured: ConfiguredWithTargets) -> None:
    """Check that all samples given once more do not change the metric, but for a small correction."""
    prediction, target = configured.batch(MANY, OUTPUTS)
    poor = float(compute(configured, prediction.clone(), target.clone()))
    prediction = target + prediction / 2
    once = float(compute(configured, prediction.clone(), target.clone()))
    twice = float(compute(configured, prediction.repeat(2, 1), target.repeat(2, 1)))
    if math.isnan(once):
        raise NotCheckedError("it gives NaN for such targets")
    if not abs(twice - once) <= CORRECTION * max(abs(once), abs(poor)) + ROUNDING:
        raise ConformanceError(
            f"of {MANY} samples it is {once:.6g}, and of the same samples given twice {twice:.6g}",
            "it is a sum or a count, which cannot be compared between sets of data: divide by the number of samples",
        )


def check_stacking(configured: ConfiguredWithTargets) -> None:
    """Check that runs stacked in front give what each gives alone, if it says so."""
    if not configured.make().supports_stacking:
        raise NotCheckedError("it does not declare supports_stacking = True")
    together = compute(configured, *configured.batch(RUNS, SAMPLES, OUTPUTS))
    hint = "sum, or take the mean, over samples and outputs alone, dim=(-2, -1), or take out supports_stacking = True"
    require_tensor(f"the metric of {RUNS} runs stacked in front", together, torch.zeros(RUNS), hint)
    for run in range(RUNS):
        prediction, target = configured.batch(RUNS, SAMPLES, OUTPUTS)
        alone = compute(configured, prediction[run].clone(), target[run].clone())
        require_same(f"the metric of run {run} stacked in front", together[run], alone)


NUMBER = "the metric of all samples is one number"

CHECKS = (
    Check(NUMBER, check_value, "basic"),
    Check("it leaves what it is given as it is", check_arguments_unchanged, "basic"),
    Check("perfect predictions are no worse than others", check_order, "basic", (NUMBER,)),
    Check("it does not grow with the number of samples", check_count, "basic", (NUMBER,)),
    Check(STACKED, check_stacking, "full", (NUMBER,)),
)
