"""Reports of checks, for people and programs."""

from __future__ import annotations

from typing import Any

from minidl_core.testing import ConformanceReport, Outcome

REPORT = ConformanceReport(
    "swish",
    "layer",
    (
        Outcome("shapes", "shape=4", "passed"),
        Outcome("gradients", "shape=4", "failed", "wrong sign"),
        Outcome("gradients", "shape=1", "skipped", "too small"),
    ),
)


def test_failures_come_first_and_passed_checks_are_one_line() -> None:
    assert str(REPORT).splitlines() == [
        "layer swish: 1 failed, 1 passed, 1 skipped; its computations are correct, only additional requirements of minidl fail",
        "Failed: gradients [shape=4]",
        "  wrong sign",
        "  Fails in 1 of 2 cases, those with shape=4",
        "Skipped: gradients (1 case): too small",
        "Passed: 1 check (1 case)",
    ]
    assert repr(REPORT) == str(REPORT)
    assert not REPORT.passed
    assert ConformanceReport("swish", "layer", REPORT.outcomes[:1]).passed


def test_outcomes_are_grouped_by_check_in_order() -> None:
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


def failed(check: str, case: str, reason: str, **more: Any) -> Outcome:
    return Outcome(check, case, "failed", reason, **more)


def test_failures_that_follow_from_another_are_only_counted() -> None:
    outcomes = (
        failed("gradients", "a", "wrong", level="basic"),
        failed("replay", "a", "differs", after=("gradients",)),
    )
    (finding,) = ConformanceReport("swish", "layer", outcomes).findings
    assert (finding.check, finding.following) == ("gradients", [outcomes[1]])
    assert (
        "  1 further failure follows from this: replay"
        in str(ConformanceReport("swish", "layer", outcomes)).splitlines()
    )


def test_a_failure_is_reported_if_no_other_explains_it() -> None:
    outcomes = (Outcome("gradients", "a", "passed"), failed("replay", "a", "differs", after=("gradients",)))
    assert [finding.check for finding in ConformanceReport("swish", "layer", outcomes).findings] == ["replay"]


def test_one_error_in_many_checks_is_one_finding() -> None:
    outcomes = tuple(failed(check, "a", "KeyError: 'oops' (line 3 of x.py)") for check in ("shapes", "types", "replay"))
    (finding,) = ConformanceReport("swish", "layer", outcomes).findings
    assert len(finding.following) == 2


def test_reasons_that_differ_in_numbers_are_one_finding() -> None:
    outcomes = tuple(failed("gradients", f"batch={n}", f"wrong by {n}.5e-3 at [{n}, 2]") for n in (1, 2, 7))
    (finding,) = ConformanceReport("swish", "layer", outcomes).findings
    assert len(finding.alike) == 3


def test_only_the_most_frequent_cause_is_shown() -> None:
    diagnoses = ("", "a constant factor", "the batch", "the batch")
    outcomes = tuple(
        failed("gradients", f"batch={n}", f"wrong; probable cause: {cause}", cause=cause, topic="the gradient")
        for n, cause in enumerate(diagnoses)
    )
    text = str(ConformanceReport("swish", "layer", outcomes))
    assert "Failed: gradients [batch=2]\n  wrong\n  Probable cause: the batch\n  Fails in all 4 cases" in text
    assert "factor" not in text


def test_labels_that_all_failures_share_are_shown() -> None:
    cases = ("beta=1, batch=1", "beta=1, batch=9", "beta=2, batch=9")
    outcomes = (Outcome("gradients", cases[0], "passed"), *(failed("gradients", case, "wrong") for case in cases[1:]))
    assert "Fails in 2 of 3 cases, those with batch=9" in str(ConformanceReport("swish", "layer", outcomes))


def test_the_summary_says_what_the_basic_level_leaves_out() -> None:
    report = ConformanceReport("swish", "layer", REPORT.outcomes[:1], "basic")
    assert str(report).startswith("layer swish: 0 failed, 1 passed, 0 skipped; types, saving and replay were not")


def test_more_than_three_findings_of_a_check_are_counted() -> None:
    outcomes = tuple(failed("gradients", f"case {name}", f"reason {name}") for name in "abcde")
    lines = str(ConformanceReport("swish", "layer", outcomes)).splitlines()
    assert "Failed: gradients: 2 more cases, for other reasons (--json lists all)" in lines
