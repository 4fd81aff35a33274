"""Every part of minidl passes all checks of the conformance kit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minidl_core.registry import Entry
from minidl_core.testing import conformance
from minidl_core.testing.check_part import all_cases
from minidl_core.testing.replay.replay import REPLAY
from minidl_core.testing.subject import Subject
from tests.support.built_in_parts import own_entries

PETS = Path(__file__).with_name("pets.csv")

GIVEN: dict[str, dict[str, Any]] = {
    "adam": {"reference": lambda value, grad: value - 0.001 * grad / (grad.abs() + 1e-8)},
    "adamw": {"reference": lambda value, grad: value * (1 - 1e-5) - 0.001 * grad / (grad.abs() + 1e-8)},
    "sgd": {
        "settings": [{}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.5}],
        "reference": lambda value, grad: value - 0.01 * grad,
    },
    "table": {"settings": [{"path": PETS, "target": "kind"}, {"path": PETS, "target": "weight"}]},
}
"""Settings and references that cannot be derived from a constructor."""


def conformance_of(entry: Entry) -> type:
    """Return the tests of a part; those that compile steps are slow."""
    tests = conformance(entry.load(), **GIVEN.get(entry.name, {}))
    for name, test in vars(tests).items():
        if name.startswith("test_replay"):
            pytest.mark.slow(test)
    return tests


# pytest collects tests by the names in a module; here these are generated from the registered parts.
globals().update({f"Test{entry.kind.title()}_{entry.name}": conformance_of(entry) for entry in own_entries()})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["layer", "loss", "optimizer", "metric"])
def test_every_part_can_be_replayed(kind: str) -> None:
    reasons = {}
    for entry in own_entries(kind):
        cases = [case for case in all_cases(Subject(entry.load())) if case.check.name == REPLAY]
        outcomes = (case.outcome() for case in cases)
        reasons[entry.name] = next((one.reason for one in outcomes if "rejects such targets" not in one.reason), None)
    assert reasons == dict.fromkeys(reasons, "")
