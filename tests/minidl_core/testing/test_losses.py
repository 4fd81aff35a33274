"""Losses with a planted mistake fail the check that is for it."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

from minidl_core import DataError, Loss
from minidl_core.testing import check

GRADIENT = "the gradient is that of central differences"
NUMBER = "the loss of a batch is one number"
SCALE = "its scale by batch is that of a mean or a sum"
LEAVES = "passes leave what they are given as it is"
TYPES = "float32 and float64 are kept and agree"
CONTIGUOUS = "input that is not contiguous gives the same"
EXACT = "float64 is computed in float64"
JUMPS = "the loss changes as its gradient says, without jumps"
EXTREMES = "extreme predictions give finite numbers"
TWIN = "it does what its PyTorch twin does"
STACKED = "runs stacked in front equal each alone"


class Square(Loss):
    """The mean over the batch of the squared distance."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.difference = prediction - target
        self.n = prediction.size(-2)
        return self.difference.square().sum((-2, -1)) / self.n

    def backward(self) -> Tensor:
        return 2 / self.n * self.difference


class Summed(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return super().forward(prediction, target) * self.n

    def backward(self) -> Tensor:
        return 2 * self.difference


class CrossEntropy(Loss):
    """The cross-entropy of a classification, which refuses targets that are none."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        if not torch.equal(target.sum(-1), torch.ones_like(target.sum(-1))):
            raise DataError("cross_entropy needs one-hot targets")
        self.target, self.logarithms = target, prediction.log_softmax(-1)
        return -(target * self.logarithms).sum(-1).mean(-1)

    def backward(self) -> Tensor:
        return (self.logarithms.exp() - self.target) / self.target.size(-2)


class Careless(CrossEntropy):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        self.target, self.logarithms = target, prediction.log_softmax(-1)
        return -(target * self.logarithms).sum(-1).mean(-1)


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


class AllRunsTogether(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return self.difference.square().sum() / self.n


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
        return torch.where(size < self.delta, size.square() / 2, linear).sum((-2, -1)) / self.n

    def backward(self) -> Tensor:
        return self.difference.clamp(-1, 1) / self.n


class Jumps(Square):
    """The Huber loss without the constant that joins its halves."""

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        size = self.difference.abs()
        return torch.where(size < 1, size.square() / 2, size).sum((-2, -1)) / self.n

    def backward(self) -> Tensor:
        return self.difference.clamp(-1, 1) / self.n


class JumpsALittleFarAway(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        jump = 1e-3 * (prediction - target > 5).sum((-2, -1))
        return super().forward(prediction, target) + jump / self.n


class NaiveCrossEntropy(CrossEntropy):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return -(target * prediction.softmax(-1).log()).sum(-1).mean(-1)


class NaiveLogCosh(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        super().forward(prediction, target)
        return self.difference.cosh().log().sum((-2, -1)) / self.n

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
        return self.length.sum((-2, -1)) / self.n

    def backward(self) -> Tensor:
        return self.difference / self.length / self.n


class PlainNumber(Square):
    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        return float(super().forward(prediction, target))  # type: ignore[return-value]


class NotItsTwin(Square):
    def torch_twin(self) -> object:
        return lambda prediction, target: (prediction - target).square().mean()


MISTAKES: list[tuple[type[Loss], set[str], str]] = [
    (WrongSign, {GRADIENT}, "cause: it has the wrong sign"),
    (GradientNotDividedByN, {GRADIENT}, "cause: it lacks the factor 1/N"),
    (GradientDividedTwice, {GRADIENT}, "divided by the size of the batch once too often"),
    (NoTwo, {GRADIENT}, "it is 0.5 times what it should be .a constant factor"),
    (RootOfBatch, {SCALE}, "a batch given twice over has 1.414 times the loss"),
    (OnePerSample, {NUMBER}, r"the loss is of shape \(5,\), where \(\) is expected"),
    (PlainNumber, {NUMBER}, r"the loss is of type float, where a tensor of shape \(\) is expected"),
    (InPlace, {LEAVES}, "a pass changes the targets in place"),
    (Coarse, {TYPES}, "the gradient of float64 is torch.float64, of float32 torch.float64"),
    (Views, {CONTIGUOUS}, "view size is not compatible"),
    (AllRunsTogether, {STACKED}, r"the loss of 3 runs stacked in front is of shape .*: sum, .* dim=\(-2, -1\)"),
    (WrongWhenFar, {GRADIENT}, "the gradient of the prediction is wrong"),
    (WrongWhenNear, {GRADIENT}, "cause: it is 0.5 times what it should be"),
    (WrongInLargeBatches, {GRADIENT}, "the gradient of the prediction is wrong"),
    (TinyAndTwice, {GRADIENT}, "cause: it is 2 times what it should be"),
    (GradientNotDividedByOutputs, {GRADIENT}, r"cause: it lacks the factor 1/m \(m is the number of outputs\)"),
    (ForgetsItsDelta, {GRADIENT}, "the gradient of the prediction is wrong"),
    (Jumps, {JUMPS}, r"the loss jumps from .* to .*a constant is missing in one"),
    (JumpsALittleFarAway, {JUMPS}, r"the loss jumps from .* to .*a constant is missing in one"),
    (NaiveCrossEntropy, {EXTREMES}, "the loss in float32 holds nan, where float64 gives .*overflows"),
    (NaiveLogCosh, {EXTREMES}, "where predictions are all 100, the loss in float32 holds inf"),
    (ForwardInFloat32, {EXACT}, "cause: forward is computed in float32 inside"),
    (BackwardInFloat32, {EXACT}, "backward.* is computed in float32 inside"),
    (Length, {EXTREMES}, "where predictions are right, the gradient is NaN or infinite.*0/0"),
    (NotItsTwin, {TWIN}, "the loss, compared with that of its PyTorch twin, differs"),
    (Careless, {GRADIENT}, "if the loss is for one-hot targets alone, let forward refuse others"),
]


@pytest.mark.parametrize(("part", "failing", "reason"), MISTAKES, ids=lambda value: getattr(value, "__name__", ""))
def test_a_mistake_fails_the_check_that_is_for_it(part: type[Loss], failing: set[str], reason: str) -> None:
    report = check(part)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, outcome.reason) for outcome in report.of("failed")), str(report)


@pytest.mark.parametrize("part", [Square, Summed, CrossEntropy])
def test_a_correct_loss_passes_all_checks(part: type[Loss]) -> None:
    report = check(part)
    assert report.passed, str(report)
    assert {outcome.check for outcome in report.of("passed")} >= {
        GRADIENT,
        NUMBER,
        SCALE,
        LEAVES,
        TYPES,
        CONTIGUOUS,
        STACKED,
    }


def test_targets_that_a_loss_refuses_are_skipped_with_its_reason() -> None:
    skipped = check(CrossEntropy).of("skipped")
    assert {outcome.reason for outcome in skipped} == {"it refuses such targets: cross_entropy needs one-hot targets"}
    assert all("real targets" in outcome.case for outcome in skipped)
