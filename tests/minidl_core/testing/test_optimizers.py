"""Optimizers with a planted mistake fail the check that is for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter
from minidl_core.testing import check

STEPS = "steps change values in place and no gradient"
RESUMED = "a restored state goes on exactly as if never stopped"
SAME = "the same gradients give the same steps"
BOWL = "many steps lead down a bowl"
FIRST = "its first step is that of the reference"


class Momentum(Optimizer):
    """Gradient descent with momentum."""

    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.velocity = torch.zeros_like(self.block.value)

    def step(self) -> None:
        value, grad = self.block
        self.velocity.mul_(0.9).add_(grad)
        value.add_(self.velocity, alpha=-self.lr)

    def state(self) -> dict[str, Tensor]:
        return {"velocity": self.velocity}


class LosesState(Momentum):
    def state(self) -> dict[str, Tensor]:
        return {}


class DoesNotRestore(Momentum):
    def load_state(self, state: dict[str, Tensor]) -> None:
        pass


class UpHill(Momentum):
    def step(self) -> None:
        value, grad = self.block
        value.add_(grad, alpha=self.lr)


class ChangesACopy(Momentum):
    def step(self) -> None:
        self.block.value.clone().add_(self.block.grad, alpha=-self.lr)


class ClearsGradient(Momentum):
    def step(self) -> None:
        super().step()
        self.block.grad.zero_()


class Random(Momentum):
    def step(self) -> None:
        super().step()
        self.block.value.add_(torch.randn_like(self.block.value), alpha=1e-6)


MISTAKES: list[tuple[type[Optimizer], set[str], str]] = [
    (LosesState, {RESUMED}, r"parameter 0 after the state was restored differs.*state\(\) must hold"),
    (DoesNotRestore, {RESUMED}, "load_state must restore it"),
    (UpHill, {BOWL}, "lead from 3 to .*: is the sign of the step right"),
    (ChangesACopy, {STEPS}, r"leave parameter 0 of shape \(3, 2\) as it was: change self.block.value in place"),
    (ClearsGradient, {STEPS}, "a step changes the gradient of parameter 0"),
    (Random, {SAME}, "parameter 0 after the same steps differs.*may draw no random numbers"),
]


@pytest.mark.parametrize(("part", "failing", "reason"), MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_mistake_fails_the_check_that_is_for_it(part: type[Optimizer], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


def test_a_correct_optimizer_passes_all_and_without_a_reference_the_first_step_is_skipped() -> None:
    report = check(Momentum)
    assert report.passed, str(report)
    assert [outcome.check for outcome in report.of("skipped")] == [FIRST]
    assert "reference=lambda value, grad" in report.of("skipped")[0].reason


def test_the_first_step_is_held_against_a_reference() -> None:
    assert check(Momentum, reference=lambda value, grad: value - 0.01 * grad).of("skipped") == []
    (failed,) = check(Momentum, reference=lambda value, grad: value - 0.02 * grad).of("failed")
    assert failed.check == FIRST
    assert "parameter 0 after the first step differs" in failed.reason
