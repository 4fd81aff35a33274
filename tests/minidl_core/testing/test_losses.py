"""Losses with a fault fail the intended check."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

from minidl_core import DataError, Loss
from minidl_core.testing import check

GRADIENT = "the gradient matches central differences"
SCALAR = "the loss of a batch is a scalar"
SCALE = "the loss is a mean or a sum over the batch"
UNCHANGED = "forward and backward do not modify their arguments"
TYPES = "float32 and float64 are preserved and agree"
CONTIGUOUS = "non-contiguous input gives the same result"
PRECISE = "float64 inputs are computed in float64"
JUMPS = "the loss has no jumps and changes as its gradient predicts"
EXTREMES = "extreme predictions give finite results"
TWIN = "it matches its PyTorch twin"


class Square(Loss):
    """The mean over the batch of the squared distance."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        self.n = len(prediction)
        return self.difference.square().sum() / self.n

    def backward(self) -> Tensor:
        return 2 / self.n * self.difference


class Summed(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return super().forward(prediction, target) * self.n

    def backward(self) -> Tensor:
        return 2 * self.difference


class CrossEntropy(Loss):
    """The cross-entropy of a classification, which rejects targets that are not one-hot."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not torch.equal(target.sum(-1), torch.ones_like(target.sum(-1))):
            raise DataError("cross_entropy needs one-hot targets")
        self.target, self.logarithms = target, prediction.log_softmax(-1)
        return -(target * self.logarithms).sum(-1).mean()

    def backward(self) -> Tensor:
        return (self.logarithms.exp() - self.target) / len(self.target)


class Careless(CrossEntropy):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.target, self.logarithms = target, prediction.log_softmax(-1)
        return -(target * self.logarithms).sum(-1).mean()


class WrongSign(Square):
    def backward(self) -> Tensor:
        return -super().backward()


class GradientNotDividedByN(Square):
    def backward(self) -> Tensor:
        return 2 * self.difference


class GradientDividedTwice(Square):
    def backward(self) -> Tensor:
        return super().backward() / self.n


class NoTwo(Square):
    def backward(self) -> Tensor:
        return super().backward() / 2


class RootOfBatch(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return super().forward(prediction, target) * self.n**0.5

    def backward(self) -> Tensor:
        return super().backward() * self.n**0.5


class OnePerSample(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return self.difference.square().sum(-1)


class InPlace(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        value = super().forward(prediction, target)
        target.neg_()
        return value


class Coarse(Square):
    def backward(self) -> Tensor:
        return super().backward().double()


class Views(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        prediction.view(-1)
        return super().forward(prediction, target)


class WrongWhenFar(Square):
    def backward(self) -> Tensor:
        return super().backward() * torch.where(self.difference.abs() > 10, 0.5, 1.0)


class WrongWhenNear(Square):
    def backward(self) -> Tensor:
        return super().backward() * torch.where(self.difference.abs() < 1e-3, 0.5, 1.0)


class WrongInLargeBatches(Square):
    def backward(self) -> Tensor:
        return super().backward() * (0.5 if self.n > 32 else 1)


class TinyAndTwice(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return 1e-9 * super().forward(prediction, target)

    def backward(self) -> Tensor:
        return 2e-9 * super().backward()


class GradientNotDividedByOutputs(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return super().forward(prediction, target) / prediction.size(-1)


class ForgetsItsDelta(Square):
    """Its gradient is that of the default setting."""

    def __init__(self, delta: float = 1.0) -> None:
        self.delta = delta

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        size = self.difference.abs()
        linear = self.delta * (size - self.delta / 2)
        return torch.where(size < self.delta, size.square() / 2, linear).sum() / self.n

    def backward(self) -> Tensor:
        return self.difference.clamp(-1, 1) / self.n


class Jumps(Square):
    """The Huber loss without the constant that makes it continuous."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        size = self.difference.abs()
        return torch.where(size < 1, size.square() / 2, size).sum() / self.n

    def backward(self) -> Tensor:
        return self.difference.clamp(-1, 1) / self.n


class JumpsALittleFarAway(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        jump = 1e-3 * (prediction - target > 5).sum()
        return super().forward(prediction, target) + jump / self.n


class NaiveCrossEntropy(CrossEntropy):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return -(target * prediction.softmax(-1).log()).sum(-1).mean()


class NaiveLogCosh(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return self.difference.cosh().log().sum() / self.n

    def backward(self) -> Tensor:
        return self.difference.tanh() / self.n


class ForwardInFloat32(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return super().forward(prediction.float(), target.float()).to(prediction.dtype)

    def backward(self) -> Tensor:
        return super().backward().double()


class BackwardInFloat32(Square):
    def backward(self) -> Tensor:
        return super().backward().float().to(self.difference.dtype)


class Length(Square):
    """The mean of distances, whose gradient is 0/0 where predictions are right."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        self.length = self.difference.square().sum(-1, keepdim=True).sqrt()
        return self.length.sum() / self.n

    def backward(self) -> Tensor:
        return self.difference / self.length / self.n


class PlainNumber(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return float(super().forward(prediction, target))  # type: ignore[return-value]


class NotItsTwin(Square):
    def torch_twin(self) -> object:
        return lambda prediction, target: (prediction - target).square().mean()


FAULTS: list[tuple[type[Loss], set[str], str]] = [
    (WrongSign, {GRADIENT}, "cause: it has the wrong sign"),
    (GradientNotDividedByN, {GRADIENT}, "cause: the factor 1/N is missing"),
    (GradientDividedTwice, {GRADIENT}, "divided by the batch size once too often"),
    (NoTwo, {GRADIENT}, "it is 0.5 times the expected gradient .a constant factor"),
    (RootOfBatch, {SCALE}, "repeating a batch multiplies the loss by 1.414"),
    (OnePerSample, {SCALAR}, r"the loss has shape \(5,\), expected \(\)"),
    (PlainNumber, {SCALAR}, r"the loss is a float, expected a tensor of shape \(\)"),
    (InPlace, {UNCHANGED}, "a pass modifies the targets in place"),
    (Coarse, {TYPES}, "the gradient is torch.float64 for float64 inputs and torch.float64 for float32 inputs"),
    (Views, {CONTIGUOUS}, "view size is not compatible"),
    (WrongWhenFar, {GRADIENT}, "the gradient of the prediction is wrong"),
    (WrongWhenNear, {GRADIENT}, "cause: it is 0.5 times the expected gradient"),
    (WrongInLargeBatches, {GRADIENT}, "the gradient of the prediction is wrong"),
    (TinyAndTwice, {GRADIENT}, "cause: it is 2 times the expected gradient"),
    (GradientNotDividedByOutputs, {GRADIENT}, r"cause: the factor 1/m is missing \(m is the number of outputs\)"),
    (ForgetsItsDelta, {GRADIENT}, "the gradient of the prediction is wrong"),
    (Jumps, {JUMPS}, r"the loss jumps from .* to .*one lacks a constant"),
    (JumpsALittleFarAway, {JUMPS}, r"the loss jumps from .* to .*one lacks a constant"),
    (NaiveCrossEntropy, {EXTREMES}, "the loss in float32 is nan, but float64 gives .*overflows"),
    (NaiveLogCosh, {EXTREMES}, "if predictions are all 100, the loss in float32 is inf"),
    (ForwardInFloat32, {PRECISE}, "cause: forward computes in float32 internally"),
    (BackwardInFloat32, {PRECISE}, "backward.* computes in float32 internally"),
    (Length, {EXTREMES}, "for perfect predictions, the gradient is NaN or infinite.*0/0"),
    (NotItsTwin, {TWIN}, "the loss, compared with that of its PyTorch twin, differs"),
    (Careless, {GRADIENT}, "if the loss only supports one-hot targets, let forward raise a DataError"),
]


@pytest.mark.parametrize(("part", "failing", "reason"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_fails_the_intended_check(part: type[Loss], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


@pytest.mark.parametrize("part", [Square, Summed, CrossEntropy])
def test_a_correct_loss_passes_all_checks(part: type[Loss]) -> None:
    report = check(part)
    assert report.passed, str(report)
    assert {outcome.check for outcome in report.of("passed")} >= {
        GRADIENT,
        SCALAR,
        SCALE,
        UNCHANGED,
        TYPES,
        CONTIGUOUS,
    }


def test_targets_that_a_loss_rejects_are_skipped_with_its_reason() -> None:
    skipped = check(CrossEntropy).of("skipped")
    assert {outcome.reason for outcome in skipped} == {"it rejects such targets: cross_entropy needs one-hot targets"}
    assert all("real targets" in outcome.case for outcome in skipped)
