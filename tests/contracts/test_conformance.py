"""Every part of minidl passes all checks of the conformance kit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from minidl_core.testing import conformance
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

# pytest collects tests by the names in a module; here these are generated from the registered parts.
globals().update(
    {
        f"Test{entry.kind.title()}_{entry.name}": conformance(entry.load(), **GIVEN.get(entry.name, {}))
        for entry in own_entries()
    }
)
