"""Metrics with a planted mistake fail the check that is for it."""

from __future__ import annotations

import re

import pytest
from torch import Tensor

from minidl_core import DataError, Metric
from minidl_core.testing import check

NUMBER = "the metric of all samples is one number"
LEAVES = "it leaves what it is given as it is"
ORDER = "perfect predictions are no worse than others"
COUNT = "it does not grow with the number of samples"
STACKED = "runs stacked in front equal each alone"


class Largest(Metric):
    """The largest error."""

    higher_is_better = False
    supports_stacking = True

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().amax((-2, -1))


class WrongDirection(Largest):
    higher_is_better = True


class PerOutput(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().amax(-2)


class InPlace(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return prediction.sub_(target).abs().amax((-2, -1))


class AllRunsTogether(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().max()


class ClassesOnly(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not bool(((target == 0) | (target == 1)).all()):
            raise DataError("it is for classes alone")
        return super().compute(prediction, target)


class CountOfRight(Metric):
    """Accuracy that was not divided by the number of samples."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction.argmax(-1) == target.argmax(-1)).sum()


class NormOfErrors(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).square().sum((-2, -1)).sqrt()


class StacksNothing(Largest):
    supports_stacking = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().max()


@pytest.mark.parametrize(
    ("part", "failing", "reason"),
    [
        (
            WrongDirection,
            {ORDER},
            "perfect predictions have 0, random ones .* higher_is_better is True: .* set higher_is_better = False",
        ),
        (PerOutput, {NUMBER}, r"the metric is of shape \(3,\), where \(\) is expected"),
        (InPlace, {LEAVES}, "compute changes predictions or targets in place"),
        (
            CountOfRight,
            {COUNT},
            "of 200 samples it is .*, and of the same samples given twice .*: it is a sum or a count",
        ),
        (NormOfErrors, {COUNT}, "divide by the number of samples"),
        (
            AllRunsTogether,
            {STACKED},
            r"the metric of 3 runs stacked in front is of shape \(\), where \(3,\) .* dim=\(-2, -1\)",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_mistake_fails_the_check_that_is_for_it(part: type[Metric], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


def test_a_correct_metric_passes_all_checks() -> None:
    report = check(Largest)
    assert report.passed, str(report)
    assert report.of("skipped") == []


def test_targets_that_a_metric_refuses_are_skipped_with_its_reason() -> None:
    report = check(ClassesOnly)
    assert report.passed, str(report)
    assert {outcome.reason for outcome in report.of("skipped")} == {"it refuses such targets: it is for classes alone"}


def test_stacking_is_checked_where_it_is_declared_alone() -> None:
    report = check(StacksNothing)
    assert report.passed, str(report)
    assert {outcome.reason for outcome in report.of("skipped")} == {"it does not declare supports_stacking = True"}
