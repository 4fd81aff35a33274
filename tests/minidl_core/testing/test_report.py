"""What came of checking, for people and programs."""

from __future__ import annotations

from minidl_core.testing import Outcome, Report

REPORT = Report(
    "swish",
    "layer",
    (
        Outcome("shapes", "shape=4", "passed"),
        Outcome("gradients", "shape=4", "failed", "wrong sign"),
        Outcome("gradients", "shape=1", "skipped", "too small"),
    ),
)


def test_it_counts_and_tells_failures() -> None:
    assert str(REPORT) == "layer swish: 1 passed, 1 skipped, 1 failed\ngradients [shape=4]: wrong sign"
    assert not REPORT.passed
    assert Report("swish", "layer", REPORT.outcomes[:1]).passed


def test_outcomes_are_grouped_by_check_in_the_order_in_which_they_were_made() -> None:
    assert {check: len(outcomes) for check, outcomes in REPORT.by_check().items()} == {"shapes": 1, "gradients": 2}


def test_json_is_sorted() -> None:
    objects = REPORT.to_json()
    assert [(one["check"], one["case"]) for one in objects] == [
        ("gradients", "shape=1"),
        ("gradients", "shape=4"),
        ("shapes", "shape=4"),
    ]
    assert objects[0] == {
        "part": "swish",
        "kind": "layer",
        "check": "gradients",
        "case": "shape=1",
        "status": "skipped",
        "reason": "too small",
    }
