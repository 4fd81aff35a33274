"""Groups failures: one finding per fault, with the failures that follow from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from minidl_core.testing.report.outcome import Outcome

NUMBERS = re.compile(r"\[[\d, ]*\]|\(\d+,[\d, ]*\)|-?\d[\d.]*(e[-+]?\d+)?|\b(inf|nan)\b")
"""Numbers, indices and shapes, which differ between the reasons of similar failures."""


@dataclass
class Finding:
    """One fault of the part.

    Args:
        check: the check that fails.
        alike: the failures of this check with the same topic.
        cases: the number of all cases of this check.
        common: the labels that all these failures share and no other case of the check has; may be empty.
        following: failures of other checks that this fault explains.
    """

    check: str
    alike: list[Outcome]
    cases: int
    common: str = ""
    following: list[Outcome] = field(default_factory=list)

    @property
    def example(self) -> Outcome:
        """The first failure with the most frequent known cause."""
        counts = Counter(NUMBERS.sub("#", outcome.cause) for outcome in self.alike if outcome.cause)
        most = max(counts, key=lambda cause: counts[cause], default="")
        return next(outcome for outcome in self.alike if NUMBERS.sub("#", outcome.cause) == most or not most)


def group_failures(outcomes: Sequence[Outcome]) -> list[Finding]:
    """Return one finding per fault, in the order in which the faults were found."""
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
        finding.common = _common_labels(finding, outcomes)
    return list(found.values())


def _add(found: dict[str, Finding], outcome: Outcome, outcomes: Sequence[Outcome]) -> None:
    """Add a failure to the finding with the same topic, or the same reason apart from numbers; or start a new one."""
    topic = outcome.topic or NUMBERS.sub("#", outcome.reason)
    if topic not in found:
        cases = sum(one.check == outcome.check for one in outcomes)
        found[topic] = Finding(outcome.check, [outcome], cases)
    elif found[topic].check == outcome.check:
        found[topic].alike.append(outcome)
    else:
        found[topic].following.append(outcome)


def _common_labels(finding: Finding, outcomes: Sequence[Outcome]) -> str:
    """Return the labels that all failures of a finding share and no other checked case has."""
    others = [one for one in outcomes if one.check == finding.check and one.status != "skipped"]
    elsewhere = {label for one in others if one not in finding.alike for label in one.case.split(", ")}
    elsewhere.add("without settings")
    first, *rest = (list(one.case.split(", ")) for one in finding.alike)
    return ", ".join(label for label in first if label not in elsewhere and all(label in labels for labels in rest))
