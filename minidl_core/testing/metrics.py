"""What every metric must satisfy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from minidl_core.interfaces.metric import Metric
from minidl_core.testing.case import Case, ConformanceError
from minidl_core.testing.comparing import require_same, require_tensor
from minidl_core.testing.specimen import specimens
from minidl_core.testing.subject import Subject
from minidl_core.testing.targets import TargetedSpecimen, taking_targets

SAMPLES = 12
OUTPUTS = 3
RUNS = 3


def metric_cases(subject: Subject) -> Iterator[Case]:
    """Yield all checks of a metric, for its settings and for one-hot and real targets."""
    for made, specimen in specimens(subject):
        yield made
        if specimen is None:
            continue
        for one_hot in (True, False):
            metric = TargetedSpecimen(specimen.part, specimen.settings, one_hot)
            for name, check in CHECKS.items():
                yield Case(name, metric.words, partial(check, metric))


def compute(specimen: TargetedSpecimen, prediction: Tensor, target: Tensor) -> Tensor:
    """Return the metric.

    Raises:
        NotCheckedError: the metric refuses such targets.
    """
    metric: Metric = specimen.make()
    return taking_targets(metric.compute, prediction, target)


def check_value(specimen: TargetedSpecimen) -> None:
    """Check that the metric of all samples is one number."""
    require_tensor("the metric", compute(specimen, *specimen.batch(SAMPLES, OUTPUTS)), torch.zeros(()))


def check_leaving_alone(specimen: TargetedSpecimen) -> None:
    """Check that predictions and targets are not changed."""
    prediction, target = specimen.batch(SAMPLES, OUTPUTS)
    compute(specimen, prediction, target)
    if not all(map(torch.equal, (prediction, target), specimen.batch(SAMPLES, OUTPUTS))):
        raise ConformanceError("compute changes predictions or targets in place: compute into a new tensor")


def check_order(specimen: TargetedSpecimen) -> None:
    """Check that perfect predictions are no worse than others."""
    prediction, target = specimen.batch(SAMPLES, OUTPUTS)
    best = float(compute(specimen, target.clone(), target))
    other = float(compute(specimen, prediction, target))
    higher_is_better = specimen.make().higher_is_better
    if not (best >= other if higher_is_better else best <= other):
        raise ConformanceError(
            f"perfect predictions have {best:.6g}, random ones {other:.6g}, and higher_is_better is {higher_is_better}"
        )


def check_stacking(specimen: TargetedSpecimen) -> None:
    """Check that runs stacked in front give what each gives alone."""
    together = compute(specimen, *specimen.batch(RUNS, SAMPLES, OUTPUTS))
    require_tensor(f"the metric of {RUNS} runs stacked in front", together, torch.zeros(RUNS))
    for run in range(RUNS):
        prediction, target = specimen.batch(RUNS, SAMPLES, OUTPUTS)
        alone = compute(specimen, prediction[run].clone(), target[run].clone())
        require_same(f"the metric of run {run} stacked in front", together[run], alone)


CHECKS: dict[str, Callable[[TargetedSpecimen], None]] = {
    "the metric of all samples is one number": check_value,
    "it leaves what it is given as it is": check_leaving_alone,
    "perfect predictions are no worse than others": check_order,
    "runs stacked in front equal each alone": check_stacking,
}
