"""Failures put in order: one finding for all that have the same cause, and what follows from each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from minidl_core.testing.report.outcome import Outcome

NUMBERS = re.compile(r"\[[\d, ]*\]|\(\d+,[\d, ]*\)|-?\d[\d.]*(e[-+]?\d+)?|\b(inf|nan)\b")
"""Numbers, places and shapes, in which the reasons of failures that are alike differ."""


@dataclass
class Finding:
    """One thing that is wrong.

    Args:
        check: the check that shows it.
        alike: the failures of that check on the same topic.
        cases: the number of all cases of the check.
        common: what all these failures have in common, and no other case of the check has; may be empty.
        following: failures of other checks that it explains.
    """

    check: str
    alike: list[Outcome]
    cases: int
    common: str = ""
    following: list[Outcome] = field(default_factory=list)

    @property
    def example(self) -> Outcome:
        """The first failure with the cause that most of those have for which one is known."""
        causes = Counter(NUMBERS.sub("#", outcome.cause) for outcome in self.alike if outcome.cause)
        most = max(causes, key=lambda cause: causes[cause], default="")
        return next(outcome for outcome in self.alike if NUMBERS.sub("#", outcome.cause) == most or not most)


def findings(outcomes: Sequence[Outcome]) -> list[Finding]:
    """Return what is wrong, each thing once, in the order in which it was found."""
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    failing = {outcome.check for outcome in failed}
    found: dict[str, Finding] = {}
    for outcome in failed:
        if failing.isdisjoint(outcome.after):
            _add(found, outcome, outcomes)
    for outcome in failed:
        if not failing.isdisjoint(outcome.after):
            first = next((one for one in found.values() if one.check in outcome.after), None)
            _add(found, outcome, outcomes) if first is None else first.following.append(outcome)
    for finding in found.values():
        finding.common = _common(finding, outcomes)
    return list(found.values())


def _add(found: dict[str, Finding], outcome: Outcome, outcomes: Sequence[Outcome]) -> None:
    """Add a failure to the finding on the same topic, or with the same reason but for numbers; or begin another."""
    topic = outcome.topic or NUMBERS.sub("#", outcome.reason)
    if topic not in found:
        cases = sum(one.check == outcome.check for one in outcomes)
        found[topic] = Finding(outcome.check, [outcome], cases)
    elif found[topic].check == outcome.check:
        found[topic].alike.append(outcome)
    else:
        found[topic].following.append(outcome)


def _common(finding: Finding, outcomes: Sequence[Outcome]) -> str:
    """Return the words of cases that all failures of a finding share, and no other case that was checked has."""
    others = [one for one in outcomes if one.check == finding.check and one.status != "skipped"]
    elsewhere = {word for one in others if one not in finding.alike for word in one.case.split(", ")}
    elsewhere.add("without settings")
    first, *rest = (list(one.case.split(", ")) for one in finding.alike)
    return ", ".join(word for word in first if word not in elsewhere and all(word in words for words in rest))
