"""Layers with faults that only show for some inputs, modes, batch sizes or settings fail the intended check."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

from minidl_core import Module, Parameter, Shape, ShapeError, feature_count
from minidl_core.testing import ConformanceReport, check
from tests.support.third_party_layers import Elementwise, Square, SwiGLU, Swish

GRADIENTS = "gradients match central differences"
EXTREMES = "extreme inputs give finite results"
PRECISE = "float64 inputs are computed in float64"
LINEAR = "backward is linear in grad_output"
MEAN = "the mean output in training equals the output in evaluation"
MODES = "training and evaluation differ only if declared"
DECLARED = "surrogate_gradient is declared only where it applies"
FILLED = "surrogate gradients are finite and have the right shape"
SHAPED = "output shapes match what build returns"

pytestmark = pytest.mark.slow


class TinyScale(Elementwise):
    scale = 1e-9

    def value(self, x: Tensor) -> Tensor:
        return self.scale * x

    def slope(self, x: Tensor) -> Tensor:
        return torch.full_like(x, 2 * self.scale)


class TinierScale(TinyScale):
    scale = 1e-14


class TinyBias(Module):
    def build(self, in_shape: Shape) -> Shape:
        feature_count(in_shape)
        self.bias = Parameter(torch.zeros(in_shape, dtype=self.dtype))
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        return x + 1e-8 * self.bias.value

    def backward(self, grad_output: Tensor) -> Tensor:
        self.bias.grad = 3e-8 * grad_output.sum(0)
        return grad_output


class OneTinyFeature(Elementwise):
    """The first feature is small, and its gradient wrong."""

    def value(self, x: Tensor) -> Tensor:
        return x * self.scales(x)

    def slope(self, x: Tensor) -> Tensor:
        return self.scales(x) * torch.where(self.scales(x) < 1, 2.0, 1.0).to(x.dtype)

    def scales(self, x: Tensor) -> Tensor:
        scales = torch.ones_like(x)
        scales[..., 0] = 1e-7
        return scales


class WrongWhenLarge(Square):
    def slope(self, x: Tensor) -> Tensor:
        return torch.where(x.abs() > 5, 3 * x, 2 * x)


class WrongWhenVeryNegative(Square):
    def slope(self, x: Tensor) -> Tensor:
        return torch.where(x < -20, x, 2 * x)


class WrongWhenSmall(Square):
    def slope(self, x: Tensor) -> Tensor:
        return torch.where(x.abs() < 2e-4, 4 * x, 2 * x)


class WrongInEvaluation(Square):
    def slope(self, x: Tensor) -> Tensor:
        return 2 * x if self.training else x


class WrongInDeclaredEvaluation(Square):
    depends_on_mode = True

    def value(self, x: Tensor) -> Tensor:
        return x.square() if self.training else 2 * x.square()


class WrongInLargeBatches(SwiGLU):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        if len(self.x) > 32:
            self.v.grad = self.v.grad / len(self.x)
        return grad_input


class IgnoresItsSlope(Elementwise):
    """Its derivative is that of the default setting."""

    def __init__(self, negative: float = 0.1) -> None:
        self.negative = negative

    def value(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, x, self.negative * x)

    def slope(self, x: Tensor) -> Tensor:
        return torch.where(x > 0, 1.0, 0.1).to(x.dtype)


class IgnoresItsPower(Elementwise):
    def __init__(self, power: int = 2, shift: float = 0.0) -> None:
        self.power = power
        self.shift = shift

    def value(self, x: Tensor) -> Tensor:
        return (x + self.shift) ** self.power

    def slope(self, x: Tensor) -> Tensor:
        return 2 * (x + self.shift) ** (self.power - 1)


class NaiveSoftplus(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return torch.log1p(torch.exp(x))

    def slope(self, x: Tensor) -> Tensor:
        return torch.sigmoid(x)


class NaiveAbs(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x.abs()

    def slope(self, x: Tensor) -> Tensor:
        return x / x.abs()


class NaiveSigmoid(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x.exp() / (1 + x.exp())

    def slope(self, x: Tensor) -> Tensor:
        return self.value(x) * (1 - self.value(x))


class NaiveSlopeOfSigmoid(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return torch.sigmoid(x)

    def slope(self, x: Tensor) -> Tensor:
        return torch.exp(-x) / (1 + torch.exp(-x)) ** 2


class NaiveSoftmax(Module):
    def forward(self, x: Tensor) -> Tensor:
        self.y = x.exp() / x.exp().sum(-1, keepdim=True)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        return self.y * (grad_output - (grad_output * self.y).sum(-1, keepdim=True))


class NaiveLogSoftmax(Module):
    def forward(self, x: Tensor) -> Tensor:
        self.y = torch.softmax(x, -1).log()
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output - self.y.exp() * grad_output.sum(-1, keepdim=True)


class NormWithoutEps(Module):
    """Scales samples to variance 1, which those of equal features do not have."""

    def build(self, in_shape: Shape) -> Shape:
        if feature_count(in_shape) < 2:
            raise ShapeError("at least 2 features")
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        self.scale = x.var(-1, keepdim=True, correction=0).rsqrt()
        self.z = (x - x.mean(-1, keepdim=True)) * self.scale
        return self.z

    def backward(self, grad_output: Tensor) -> Tensor:
        along = (grad_output * self.z).mean(-1, keepdim=True)
        return self.scale * (grad_output - grad_output.mean(-1, keepdim=True) - self.z * along)


class NaiveEntropy(Elementwise):
    def value(self, x: Tensor) -> Tensor:
        return x.square() * x.square().log()

    def slope(self, x: Tensor) -> Tensor:
        return 2 * x * (x.square().log() + 1)


class SignOfTheTiny(Elementwise):
    """x/√x², where x² underflows long before x is 0."""

    def value(self, x: Tensor) -> Tensor:
        return torch.where(x == 0, x, x / x.square().sqrt())

    def slope(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


class ForwardInFloat32(SwiGLU):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.float().to(x.dtype)).float().to(x.dtype)


class WeightInFloat32(SwiGLU):
    def forward(self, x: Tensor) -> Tensor:
        self.v.value = self.v.value.float().to(x.dtype)
        return super().forward(x)


class BackwardInFloat32(Swish):
    def backward(self, grad_output: Tensor) -> Tensor:
        return super().backward(grad_output.float()).to(grad_output.dtype)


class ForwardInHalf(Swish):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).half().to(x.dtype)


class Clips(Square):
    def backward(self, grad_output: Tensor) -> Tensor:
        return super().backward(grad_output).clamp(-30, 30)


class DropsWithoutScale(Module):
    depends_on_mode = True

    def __init__(self, p: float = 0.5) -> None:
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        self.kept = torch.ones_like(x)
        if self.training:
            self.kept = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * self.kept * self.factor()

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * self.kept * self.factor()

    def factor(self) -> float:
        return 1.0


class DropsAndScalesTwice(DropsWithoutScale):
    def factor(self) -> float:
        return (1 - self.p) ** -2 if self.training else 1.0


class NotANumber(Square):
    def value(self, x: Tensor) -> Tensor:
        return x.log()


class NoSurrogate(Square):
    surrogate_gradient = True


class SurrogateLeavesWeight(SwiGLU):
    surrogate_gradient = True

    def backward(self, grad_output: Tensor) -> Tensor:
        before = self.v.grad
        grad_input = super().backward(grad_output)
        self.v.grad = before
        return grad_input + 1


class ForgetsTheChainRule(Square):
    def backward(self, grad_output: Tensor) -> Tensor:
        return 2 * self.x


class ForgetsTheChainRuleOfItsWeight(SwiGLU):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.v.grad = self.x.mT @ self.a
        return grad_input


class ForgetsTheMean(Module):
    """Of one feature, its gradient should be 0, which explains nothing."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(-1, keepdim=True)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class AnnouncesTwice(Square):
    """It announces a wrong shape, whatever the shape."""

    def build(self, in_shape: Shape) -> Shape:
        return (*in_shape[:-1], 2 * in_shape[-1])


class ReturnsNothing(Square):
    def backward(self, grad_output: Tensor) -> Tensor:
        super().backward(grad_output)  # type: ignore[return-value]


FAULTS: list[tuple[type[Module], str, str]] = [
    (TinyScale, GRADIENTS, "the gradient of the input is wrong .*cause: it is 2 times the expected gradient"),
    (TinierScale, GRADIENTS, "the gradient of the input is wrong .*cause: it is 2 times the expected gradient"),
    (TinyBias, GRADIENTS, "the gradient of bias is wrong .*cause: it is 3 times the expected gradient"),
    (OneTinyFeature, GRADIENTS, "the gradient of the input is wrong"),
    (WrongWhenLarge, GRADIENTS, r"wide inputs.*correct for \|x\| up to .* and wrong from .*, where it is 1.5 times"),
    (WrongWhenVeryNegative, GRADIENTS, "those with wide inputs"),
    (WrongWhenSmall, GRADIENTS, "the gradient of the input is wrong"),
    (WrongInEvaluation, MODES, "the gradient of the input in evaluation differs at "),
    (WrongInDeclaredEvaluation, GRADIENTS, "cause: it is 0.5 times .* those with evaluation"),
    (WrongInLargeBatches, GRADIENTS, "gradient of v .*cause: it depends on the batch size.* with batch=300"),
    (IgnoresItsSlope, GRADIENTS, r"\[negative=0.05, .*cause: .*where it is 2 times the expected gradient"),
    (IgnoresItsPower, GRADIENTS, r"\[power=1, .*"),
    (NaiveSoftplus, EXTREMES, "all equal to 100, the output in float32 is inf, but float64 gives 100 .*overflow"),
    (NaiveAbs, EXTREMES, "all equal to 0, the gradient of the input contains NaN .*bounded nearby.*cause: 0/0"),
    (NaiveSigmoid, EXTREMES, "all equal to 100, the output in float32 is nan, but float64 gives 1 "),
    (NaiveSlopeOfSigmoid, EXTREMES, "all equal to -100, the gradient of the input in float32 is nan"),
    (NaiveSoftmax, EXTREMES, "all equal to 100, the output in float32 is nan"),
    (NaiveLogSoftmax, EXTREMES, "±100, the output in float32 is -inf"),
    (NormWithoutEps, EXTREMES, "all equal to 0, the output contains NaN .*add a small eps"),
    (NaiveEntropy, EXTREMES, "all equal to 0, the output contains NaN"),
    (SignOfTheTiny, EXTREMES, "all equal to 1e-30, the output in float32 is inf, but float64 gives 1 "),
    (
        ForwardInFloat32,
        PRECISE,
        "the output in float64 is only as precise as float32.*forward computes in float32 internally",
    ),
    (WeightInFloat32, PRECISE, "forward computes in float32 internally"),
    (BackwardInFloat32, PRECISE, "backward.* computes in float32 internally"),
    (ForwardInHalf, PRECISE, "forward computes in 16-bit numbers internally"),
    (
        ForgetsTheChainRule,
        LINEAR,
        "of the input does not depend on grad_output.*cause: backward leaves out the factor grad_output",
    ),
    (ForgetsTheChainRuleOfItsWeight, LINEAR, "the gradient of v does not depend on grad_output"),
    (ForgetsTheMean, GRADIENTS, "the gradient of the input is wrong at"),
    (AnnouncesTwice, SHAPED, r"for 1 inputs, the output has shape \(1, 4\), expected \(1, 8\): build returned \(8,\)"),
    (ReturnsNothing, SHAPED, r"what backward returned is None: return a tensor of shape \(1, 4\)"),
    (Clips, LINEAR, "must be linear in grad_output, and must not clip"),
    (DropsWithoutScale, MEAN, r"is 0\.\d+ times the output in evaluation.*a factor 1/\(1 - p\)"),
    (DropsAndScalesTwice, MEAN, r"is [12]\.?\d* times the output in evaluation"),
    (NotANumber, GRADIENTS, "the output contains NaN or infinite numbers for inputs from -4 to 4"),
    (NoSurrogate, DECLARED, "its backward is the derivative wherever it was compared: remove the declaration"),
    (
        SurrogateLeavesWeight,
        FILLED,
        "the gradient of v contains NaN or infinite numbers, or backward does not write it",
    ),
]


def checked(part: type[Module]) -> ConformanceReport:
    return check(part, shapes=[(4,)])


@pytest.mark.parametrize(("part", "failing", "words"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_fails_only_the_intended_check(part: type[Module], failing: str, words: str) -> None:
    report = checked(part)
    assert {finding.check for finding in report.findings} == {failing}, str(report)
    assert len(report.findings) == 1, str(report)
    assert re.search(words, " ".join(str(report).split())), str(report)


@pytest.mark.parametrize("part", [AnnouncesTwice, ReturnsNothing])
def test_the_same_fault_with_different_shapes_is_one_finding(part: type[Module]) -> None:
    (finding,) = check(part).findings
    assert len({outcome.case.split(",")[0] for outcome in finding.alike}) > 3


def test_a_gradient_that_should_be_zero_for_some_shapes_has_no_cause() -> None:
    (finding,) = check(ForgetsTheMean).findings
    assert finding.example.cause == ""
    assert finding.example.case == "shape=4, batch=1, training"


def test_a_layer_that_computes_in_float32_has_one_finding_with_a_cause() -> None:
    report = checked(ForwardInFloat32)
    (finding,) = report.findings
    assert {outcome.check for outcome in finding.following} == {GRADIENTS}
    assert len(report.of("failed")) == len(finding.alike) + len(finding.following)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_each_batch_reports_the_cause_that_explains_all_batches(batch: int) -> None:
    class TimesBatch(SwiGLU):
        def backward(self, grad_output: Tensor) -> Tensor:
            grad_input = super().backward(grad_output)
            self.v.grad = self.v.grad * len(self.x)
            return -grad_input

    report = check(TimesBatch, shapes=[(4,)], settings=[{}])
    (reason,) = {one.reason for one in report.of("failed") if one.case == f"shape=4, batch={batch}, training"}
    v = "; v: the factor 1/N is missing (N is the batch size)" if batch > 1 else ""
    cause = f"the input: it has the wrong sign{v}" if v else "it has the wrong sign"
    assert f"probable cause: {cause}; formula to check: ∂ℓ/∂x" in reason
