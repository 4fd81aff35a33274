"""Metrics with a fault fail the intended check."""

from __future__ import annotations

import re

import pytest
from torch import Tensor

from minidl_core import DataError, Metric
from minidl_core.testing import check

SCALAR = "the metric is a scalar"
UNCHANGED = "compute does not modify its arguments"
ORDER = "perfect predictions score no worse than others"
COUNT = "it does not grow with the number of samples"


class Largest(Metric):
    """The largest error."""

    higher_is_better = False

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().max()


class WrongDirection(Largest):
    higher_is_better = True


class PerOutput(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).abs().amax(0)


class InPlace(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return prediction.sub_(target).abs().max()


class ClassesOnly(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not bool(((target == 0) | (target == 1)).all()):
            raise DataError("it is only for classes")
        return super().compute(prediction, target)


class CountOfRight(Metric):
    """Accuracy that was not divided by the number of samples."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction.argmax(-1) == target.argmax(-1)).sum()


class NormOfErrors(Largest):
    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return (prediction - target).square().sum().sqrt()


@pytest.mark.parametrize(
    ("part", "failing", "reason"),
    [
        (
            WrongDirection,
            {ORDER},
            "perfect predictions score 0, random ones .* higher_is_better is True: .* set higher_is_better = False",
        ),
        (PerOutput, {SCALAR}, r"the metric has shape \(3,\), expected \(\)"),
        (InPlace, {UNCHANGED}, "compute modifies predictions or targets in place"),
        (
            CountOfRight,
            {COUNT},
            "for 200 samples it is .*, for the same samples repeated .*: it is a sum or a count",
        ),
        (NormOfErrors, {COUNT}, "divide by the number of samples"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_fails_the_intended_check(part: type[Metric], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


def test_a_correct_metric_passes_all_checks() -> None:
    report = check(Largest)
    assert report.passed, str(report)
    assert report.of("skipped") == []


def test_targets_that_a_metric_rejects_are_skipped_with_its_reason() -> None:
    report = check(ClassesOnly)
    assert report.passed, str(report)
    assert {outcome.reason for outcome in report.of("skipped")} == {"it rejects such targets: it is only for classes"}
