"""Optimizers with a fault fail the intended check."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from minidl_core import Optimizer, Parameter
from minidl_core.testing import check

STEPS = "steps update values in place and leave gradients unchanged"
RESTORED = "restoring its state continues exactly"
SAME = "the same gradients give the same steps"
EXTREMES = "extreme gradients give finite values"
TWIN = "it matches its PyTorch twin"
QUADRATIC = "many steps reduce a quadratic loss"
FIRST = "its first step equals the reference"


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
        for parameter in self.block.parameters:
            parameter.grad = torch.zeros_like(parameter.value)


class Random(Momentum):
    def step(self) -> None:
        super().step()
        self.block.value.add_(torch.randn_like(self.block.value), alpha=1e-6)


class Adam(Momentum):
    """Adam with its PyTorch twin."""

    correct = True

    def attach(self, parameters: Sequence[Parameter]) -> None:
        super().attach(parameters)
        self.square = torch.zeros_like(self.block.value)
        self.steps = 0

    def step(self) -> None:
        value, grad = self.block
        self.steps += 1
        self.velocity.lerp_(grad, 0.1)
        self.square.lerp_(grad.square(), 0.001)
        mean, square = self.velocity.clone(), self.square.clone()
        if self.correct:
            mean /= 1 - 0.9**self.steps
            square /= 1 - 0.999**self.steps
        value.addcdiv_(mean, square.sqrt() + 1e-8, value=-self.lr)

    def state(self) -> dict[str, Tensor]:
        return {"velocity": self.velocity, "square": self.square, "steps": torch.tensor(self.steps)}

    def load_state(self, state: dict[str, Tensor]) -> None:
        super().load_state(state)
        self.steps = int(state["steps"])

    def torch_twin(self, parameters: Sequence[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=self.lr)


class Uncorrected(Adam):
    correct = False


class ForgetsItsRate(Momentum):
    def torch_twin(self, parameters: Sequence[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=0.01, momentum=0.9)


class ClassForTwin(Adam):
    """Its twin is a class, made without the learning rate."""

    torch_twin = torch.optim.Adam  # type: ignore[assignment]


class BrokenTwin(Momentum):
    def torch_twin(self, parameters: Sequence[torch.nn.Parameter]) -> torch.optim.Optimizer:
        raise RuntimeError("no such luck")


class DividesByZero(Optimizer):
    def __init__(self, lr: float = 0.01) -> None:
        self.lr = lr

    def step(self) -> None:
        value, grad = self.block
        value.sub_(self.lr * grad / grad.abs())


FAULTS: list[tuple[type[Optimizer], set[str], str]] = [
    (LosesState, {RESTORED}, r"parameter 0 after the state was restored differs.*state\(\) must contain"),
    (DoesNotRestore, {RESTORED}, "load_state must restore it"),
    (UpHill, {QUADRATIC}, "lead from θ = 3 to .*: check the sign of the step"),
    (ChangesACopy, {STEPS}, r"do not update parameter 0 of shape \(3, 2\) in place: update self.block.value in place"),
    (
        Uncorrected,
        {TWIN},
        r"the change of parameter 0 after step 1, .* compared with that of its PyTorch twin, differs",
    ),
    (
        ForgetsItsRate,
        {TWIN},
        r"the change of parameter 0 after step 1, .* compared with that of its PyTorch twin, differs",
    ),
    (ClassForTwin, {TWIN}, "its torch_twin is the class Adam, which .*cause: write torch_twin as a method"),
    (BrokenTwin, {TWIN}, "its PyTorch twin fails: RuntimeError: no such luck"),
    (DividesByZero, {EXTREMES}, "for gradients of 0, values become nan.*add eps to the divisor"),
    (ClearsGradient, {STEPS}, "a step modifies the gradient of parameter 0"),
    (Random, {SAME}, "parameter 0 after the same steps differs.*must not draw random numbers"),
]


@pytest.mark.parametrize(("part", "failing", "reason"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_fails_the_intended_check(part: type[Optimizer], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


def test_an_optimizer_that_matches_its_twin_passes() -> None:
    report = check(Adam)
    assert report.passed, str(report)
    assert TWIN in {outcome.check for outcome in report.of("passed")}


def test_a_correct_optimizer_passes_and_skips_the_first_step_without_a_reference() -> None:
    report = check(Momentum)
    assert report.passed, str(report)
    assert [outcome.check for outcome in report.of("skipped")] == [FIRST]
    assert "reference=lambda value, grad" in report.of("skipped")[0].reason


def test_the_first_step_is_compared_with_a_reference() -> None:
    assert check(Momentum, reference=lambda value, grad: value - 0.01 * grad).of("skipped") == []
    (failed,) = check(Momentum, reference=lambda value, grad: value - 0.02 * grad).of("failed")
    assert failed.check == FIRST
    assert "parameter 0 after the first step differs" in failed.reason
