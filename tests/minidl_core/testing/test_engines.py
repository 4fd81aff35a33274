"""Engines with a fault fail the intended check."""

from __future__ import annotations

import re

import pytest

from minidl_core import check_engine
from minidl_core.training.python_engine import Python
from tests.support import double_engines as doubles
from tests.support.double_engines import DoubleEngine, DoubleSteps, engine_with

SAME = "a training gives the results of Python"
CALLS = "results do not depend on the number of steps per call"


@pytest.mark.parametrize(
    ("fault", "failing", "words"),
    [
        (doubles.MovesWeight, {SAME}, "with this engine, compared with Python, differs at"),
        (doubles.EndsEarly, {SAME}, "the number of complete steps, with this engine, is 4, expected 10"),
        (
            doubles.MovesWeightInSingleSteps,
            {CALLS},
            "has other bits if `take` is called with a count of 1 than for a whole epoch",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_fails_the_intended_check(fault: type[DoubleSteps], failing: set[str], words: str) -> None:
    report = check_engine(engine_with(fault))
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert re.search(words, str(report)), str(report)


@pytest.mark.parametrize("engine", [Python, engine_with(DoubleSteps)])
def test_a_correct_engine_passes(engine: type[DoubleEngine]) -> None:
    report = check_engine(engine)
    assert report.passed, str(report)
    assert report.of("skipped") == []


def test_an_engine_that_cannot_work_here_is_skipped() -> None:
    class Absent(DoubleEngine):
        @classmethod
        def unavailable(cls) -> str:
            return "no such processor"

    report = check_engine(Absent)
    assert {outcome.reason for outcome in report.of("skipped")} == {"it cannot work on this machine: no such processor"}
