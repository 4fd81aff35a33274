"""Correct third-party parts pass all checks, for several seeds of the kit's random numbers."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import torch
from torch import Tensor

import minidl_core.testing
from minidl_core import Module
from minidl_core.interfaces.component import Component
from minidl_core.testing import check
from minidl_core.testing.check_part import all_cases
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.replay.replay import REPLAY
from minidl_core.testing.subject import Subject
from tests.support import third_party_layers, third_party_losses, third_party_metrics, third_party_optimizers

pytestmark = pytest.mark.slow

PARTS = [
    part
    for module in (third_party_layers, third_party_losses, third_party_metrics, third_party_optimizers)
    for part in vars(module).values()
    if isinstance(part, type) and issubclass(part, Component) and part.__module__ == module.__name__
]
MODULES = [
    importlib.import_module(one.name)
    for one in pkgutil.walk_packages(minidl_core.testing.__path__, "minidl_core.testing.")
]


def draw_from(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the kit use other random numbers."""

    def others(*shape: int, seed: int = 1, dtype: torch.dtype = torch.float64, shift: int = seed) -> Tensor:
        return random_normal(*shape, seed=seed + 1000 * shift, dtype=dtype)

    for module in MODULES:
        if hasattr(module, "random_normal"):
            monkeypatch.setattr(module, "random_normal", others)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_correct_part_passes(part: type[Component], seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_from(seed, monkeypatch)
    report = check(part)
    assert report.passed, str(report)


@pytest.mark.parametrize("part", [third_party_layers.Rounded, third_party_layers.Reversed])
def test_a_surrogate_gradient_has_its_own_checks(part: type[Module]) -> None:
    checks = {outcome.check for outcome in check(part).of("passed")}
    assert "surrogate gradients are finite and have the right shape" in checks
    assert "surrogate_gradient is declared only where it applies" in checks
    assert "gradients match central differences" not in checks
    assert "surrogate_gradient = True" in str(check(part))


NOT_REPLAYED = {third_party_losses.Hinge: "third_party_losses.py, reads the values of a tensor in Python"}
"""Parts that choose by the values of a tensor, and where."""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_a_correct_part_is_replayed_or_the_line_that_prevents_it_is_named(
    part: type[Component], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the double of the native engine
    outcomes = [case.outcome() for case in all_cases(Subject(part)) if case.check.name == REPLAY]
    assert [one for one in outcomes if one.status == "failed"] == []
    reasons = {one.reason for one in outcomes if "rejects such targets" not in one.reason}
    assert len(reasons) == 1
    assert NOT_REPLAYED.get(part, "") in (reason := reasons.pop())
    assert bool(reason) == (part in NOT_REPLAYED)
