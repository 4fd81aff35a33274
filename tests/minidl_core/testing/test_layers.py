"""Layers with a fault fail the intended check, and correct layers pass all checks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from minidl_core import Module, Parameter, Sequential, Shape, ShapeError, default_registry
from minidl_core.registry import Registry, use_registry
from minidl_core.testing import ConformanceReport, Outcome, check
from tests.support.correct_layers import Cut, Drop, Mix, Norm, OneNumber, Residual

GRADIENTS = "gradients match central differences"
KEPT = "gradients of parameters stay unchanged until the next backward"
REPLACES = "backward replaces gradients instead of adding to them"
UNCHANGED = "forward and backward do not modify their arguments"
TYPES = "float32 and float64 are preserved and agree"
SEED = "the same seed gives the same layer and outputs"
MODES = "training and evaluation differ only if declared"
EVALUATION = "evaluation changes no buffer and draws no random numbers"
TWICE = "building twice equals building once"
RESHAPED = "it can be rebuilt for another shape"
STATE = "loading its state reproduces the layer"
CONTIGUOUS = "non-contiguous input gives the same result"
SHAPES = "output shapes match what build returns"


class WrongSign(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        return -super().backward(grad_output)


class WrongSignOfBias(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.bias.grad = -self.bias.grad
        return grad_input


class NoBiasGradient(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = grad_output.mT @ self.x
        return grad_output @ self.weight.value


class ScaledByBatch(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.weight.grad = self.weight.grad * len(self.x)
        return grad_input


class DividedByBatch(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.weight.grad = self.weight.grad / len(self.x)
        return grad_input


class Doubled(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        return 2 * super().backward(grad_output)


class WrongSideOfMask(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * (self.x <= 0)


class SlightlyOff(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.bias.grad = self.bias.grad * 1.0001
        return grad_input


class HalfTheMask(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output * (self.x > 1)


class Transposed(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.weight.grad = self.weight.grad.mT
        return grad_input


class HalfPrecision(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.weight.grad = self.weight.grad.half()
        return grad_input


class WrongShape(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.bias.grad = grad_output
        return grad_input


class Scratch(Mix):
    """Gives gradients in memory that the next forward pass writes to."""

    def forward(self, x: Tensor) -> Tensor:
        if hasattr(self, "scratch"):
            self.scratch.zero_()
        return super().forward(x)

    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.scratch = self.weight.grad
        return grad_input


class InPlaceGradient(Mix):
    """Writes its gradients into the tensors that its parameters have."""

    def backward(self, grad_output: Tensor) -> Tensor:
        torch.mm(grad_output.mT, self.x, out=self.weight.grad)
        torch.sum(grad_output, 0, out=self.bias.grad)
        return grad_output @ self.weight.value


class NotANumber(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return super().backward(grad_output) * float("nan")


class Added(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        self.weight.grad = self.weight.grad + grad_output.mT @ self.x
        self.bias.grad = grad_output.sum(0)
        return grad_output @ self.weight.value


class InPlaceForward(Cut):
    def forward(self, x: Tensor) -> Tensor:
        self.x = x.clone()
        return x.clamp_min_(0)


class InPlaceScale(Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2)

    def backward(self, grad_output: Tensor) -> Tensor:
        return 2 * grad_output


class InPlaceBackward(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output.mul_(self.x > 0)


class WritesOverItsOutput(Cut):
    def forward(self, x: Tensor) -> Tensor:
        self.y = super().forward(x)
        return self.y

    def backward(self, grad_output: Tensor) -> Tensor:
        return self.y.sign_().mul_(grad_output)


class WritesIntoInputInBackward(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return self.x.copy_(grad_output * (self.x > 0))


class ChangesItsWeight(Mix):
    def backward(self, grad_output: Tensor) -> Tensor:
        grad_input = super().backward(grad_output)
        self.bias.value.add_(0.5)
        return grad_input


class CoarseOutput(Cut):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).float()


class FineGradient(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return super().backward(grad_output).double()


class DrawsFromGlobal(Drop):
    def forward(self, x: Tensor) -> Tensor:
        self.kept = torch.ones_like(x)
        if self.training:
            self.kept = (torch.rand(x.shape, dtype=x.dtype) >= self.p).to(x.dtype) / (1 - self.p)
        return x * self.kept


class InitializedFromGlobal(Mix):
    def build(self, in_shape: Shape) -> Shape:
        super().build(in_shape)
        self.weight.value.copy_(torch.randn(self.weight.value.shape))
        return in_shape


class UndeclaredDrop(Drop):
    depends_on_mode = False


class DropsInEvaluation(Drop):
    depends_on_mode = False

    def forward(self, x: Tensor) -> Tensor:
        self.training = True
        return super().forward(x)


class UpdatesInEvaluation(Norm):
    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        if not self.training:
            self.update(x.mean(0), x.var(0, correction=0))
        return y


class Appends(Mix):
    def __init__(self) -> None:
        self.built = 0

    def build(self, in_shape: Shape) -> Shape:
        self.built += 1
        setattr(self, f"extra{self.built}", Parameter(torch.ones(in_shape, dtype=self.dtype)))
        return super().build(in_shape)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class KeepsFirstShape(Mix):
    def __init__(self) -> None:
        self.in_shape: Shape | None = None

    def build(self, in_shape: Shape) -> Shape:
        self.in_shape = self.in_shape or in_shape
        if in_shape != self.in_shape:
            raise ShapeError(f"samples of {self.in_shape}")
        return super().build(in_shape)


class LosesState(Module):
    """Centers by a running mean that its state does not hold."""

    depends_on_mode = True

    def build(self, in_shape: Shape) -> Shape:
        self.mean = torch.zeros(in_shape, dtype=self.dtype)
        return in_shape

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.mean = x.mean(0)
            return x
        return x - self.mean

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output


class Views(Cut):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).view(-1).view(x.shape) if x.view(-1).numel() else x


class AnnouncesOtherShape(Cut):
    def build(self, in_shape: Shape) -> Shape:
        return (*in_shape, 1)


FAULTS: list[tuple[type[Module], set[str], str]] = [
    (WrongSign, {GRADIENTS}, "the gradient of the input is wrong .*cause: it has the wrong sign;"),
    (WrongSignOfBias, {GRADIENTS}, "the gradient of bias is wrong .*cause: it has the wrong sign;"),
    (NoBiasGradient, {GRADIENTS}, "the gradient of bias is wrong .*cause: backward does not write it"),
    (
        ScaledByBatch,
        {GRADIENTS},
        r"the gradient of weight .*cause: the factor 1/N is missing \(N is the batch size\);",
    ),
    (
        DividedByBatch,
        {GRADIENTS},
        "the gradient of weight .*cause: it is divided by the batch size once too often;",
    ),
    (Doubled, {GRADIENTS}, "cause: it is 2 times the expected gradient .a constant factor"),
    (WrongSideOfMask, {GRADIENTS}, "cause: its mask is inverted"),
    (SlightlyOff, {GRADIENTS}, "the gradient of bias is wrong .*it is 1.0001 times the expected gradient"),
    (HalfTheMask, {GRADIENTS}, "it is zero in .* where it should not be, and correct elsewhere"),
    (Transposed, {GRADIENTS}, "the gradient of weight .*cause: it is transposed"),
    (HalfPrecision, {TYPES}, r"the gradient of weight is torch.float16, expected torch.float32"),
    (WrongShape, {GRADIENTS}, r"the gradient of bias is of \(\d+, \d\), expected \(\d,\), like its value"),
    (NotANumber, {GRADIENTS}, "it contains NaN"),
    (Added, {REPLACES}, "the gradient of weight in a second backward pass differs.*adds to the previous gradient"),
    (Scratch, {KEPT}, "the gradient of weight, read after another forward pass, differs.*give the parameter a new"),
    (InPlaceForward, {UNCHANGED}, "forward modifies its input in place"),
    (
        InPlaceScale,
        {UNCHANGED},
        "the gradient of the network's input differs.*overwrites the output of the previous layer",
    ),
    (InPlaceBackward, {UNCHANGED}, "backward modifies grad_output in place"),
    (WritesOverItsOutput, {UNCHANGED}, "backward modifies the output of forward in place"),
    (WritesIntoInputInBackward, {UNCHANGED}, "backward modifies the input of forward in place"),
    (ChangesItsWeight, {UNCHANGED}, "modifies the value of bias in place"),
    (CoarseOutput, {TYPES}, "the output is torch.float32, expected torch.float64 like parameters and input"),
    (FineGradient, {TYPES}, "the gradient of the input is torch.float64, expected torch.float32"),
    (DrawsFromGlobal, {SEED}, "the output of pass 1 depends on torch's global random generator"),
    (InitializedFromGlobal, {SEED}, "the initial value of weight depends on torch's global random generator"),
    (UndeclaredDrop, {MODES}, "training gives .* evaluation gives .* depends_on_mode = True"),
    (
        DropsInEvaluation,
        {EVALUATION},
        "random numbers are drawn in evaluation",
    ),
    (UpdatesInEvaluation, {EVALUATION}, "running_mean changes in evaluation"),
    (Appends, {TWICE}, "built twice, its state has the shapes .*extra2.*, expected .* as built once"),
    (KeepsFirstShape, {RESHAPED}, "once built, it rejects samples of shape"),
    (LosesState, {STATE}, "the output after load_state differs.*hold them as a Parameter or a Buffer"),
    (Views, {CONTIGUOUS}, "a non-contiguous input fails: .*view size is not compatible.*reshape"),
    (AnnouncesOtherShape, {SHAPES}, r"build returned \(.*, 1\) as the shape of one sample"),
]


FURTHER = "further dimensions mean what they mean to its PyTorch twin"


class Center(Module):
    """Subtracts the mean of a sample's features, as its twin does."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(tuple(range(1, x.dim())), keepdim=True)

    def backward(self, grad_output: Tensor) -> Tensor:
        return grad_output - grad_output.mean(tuple(range(1, grad_output.dim())), keepdim=True)

    def torch_twin(self) -> torch.nn.Module:
        class Twin(torch.nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x - x.mean(-1, keepdim=True)

        return Twin()


class LeavesOutSamples(Center):
    """Its twin and it read further dimensions as samples, and it only reads the first."""

    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(-1, keepdim=True)

    def torch_twin(self) -> torch.nn.Module:
        class Twin(torch.nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x - x.mean(tuple(range(1, x.dim())), keepdim=True)

        return Twin()


class Strict(Center):
    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 2:
            raise ShapeError("vectors")
        return super().forward(x)


@pytest.mark.parametrize("part", [Center, LeavesOutSamples])
def test_further_dimensions_that_mean_something_else_to_the_twin_fail_only_that_check(part: type[Module]) -> None:
    (finding,) = check(part, shapes=[(4,)]).findings
    assert finding.check == FURTHER
    assert "the output for an input of shape (2, 11, 4), compared with" in finding.example.reason


def test_further_dimensions_may_be_rejected() -> None:
    reasons = {outcome.check: outcome.reason for outcome in check(Strict, shapes=[(4,)]).of("skipped")}
    assert "it rejects further dimensions: ShapeError: expects vectors" in reasons[FURTHER]


def failures(report: ConformanceReport) -> dict[str, str]:
    """Return the last reason of each failed check."""
    return {outcome.check: outcome.reason for outcome in report.of("failed")}


@pytest.mark.parametrize(("part", "failing", "reason"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_fails_the_intended_check(part: type[Module], failing: set[str], reason: str) -> None:
    settings = [{"p": 0.5}] if issubclass(part, Drop) else None
    report = check(part, settings=settings)
    assert {finding.check for finding in report.findings} == failing, str(report)
    assert any(re.search(reason, message) for message in failures(report).values()), str(report)


@pytest.fixture
def named() -> Iterator[None]:
    """Let the correct layers have names, for one test."""
    before = default_registry()
    use_registry(Registry())
    for part in CORRECT:
        default_registry().register("layer", part.label(), part)
    yield
    use_registry(before)


CORRECT = [Mix, Cut, Norm, Drop, Residual, OneNumber, InPlaceGradient]


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize("part", CORRECT, ids=lambda part: part.__name__)
def test_a_correct_layer_passes_all_checks(part: type[Module]) -> None:
    report = check(part)
    assert report.passed, str(report)
    passed = {outcome.check for outcome in report.of("passed")}
    assert passed >= {GRADIENTS, REPLACES, UNCHANGED, TYPES, SEED, EVALUATION, TWICE, STATE, CONTIGUOUS, KEPT, SHAPES}
    assert passed >= {"saving and loading preserves the output", "its specification recreates the layer"}


def test_saving_is_skipped_for_an_unregistered_layer() -> None:
    reasons = {outcome.check: outcome.reason for outcome in check(Cut).of("skipped")}
    assert "Cut is not registered" in reasons["saving and loading preserves the output"]


@pytest.mark.usefixtures("named")
def test_a_setting_without_annotation_is_the_cause_of_a_lost_value() -> None:
    class Times(Cut):
        def __init__(self, k=2.0) -> None:  # type: ignore[no-untyped-def]
            self.k = k

    default_registry().register("layer", "times", Times)
    (finding,) = check(Times, shapes=[(4,)]).findings
    assert finding.check == "its specification recreates the layer"
    assert "its setting k has no annotation, so it is read as text" in finding.example.cause


def test_a_batch_of_one_that_is_rejected_in_training_is_skipped_there_and_checked_in_evaluation() -> None:
    report = check(Norm, shapes=[(4,)])
    refused = [outcome for outcome in report.of("skipped") if "rejects a batch of 1 in training" in outcome.reason]
    assert {outcome.check for outcome in refused} == {GRADIENTS, SHAPES}
    assert all("batch=1" in outcome.case and "at least 2 samples" in outcome.reason for outcome in refused)
    assert Outcome(GRADIENTS, "shape=4, batch=1, evaluation", "passed") in report.outcomes


def test_depends_on_mode_without_a_visible_difference_is_skipped() -> None:
    report = check(Drop, settings=[{"p": 0.0}], shapes=[(4,)])
    assert [o.reason for o in report.of("skipped") if o.check == MODES] == [
        "it declares depends_on_mode, but both modes agree with these settings"
    ]


def test_declarations_of_an_inner_layer_apply_to_the_outer_layer() -> None:
    body = Sequential([Drop(0.5), OneNumber()])
    report = check(Residual, settings=[{"layers": body}], shapes=[(4,)])
    assert report.passed, str(report)
    assert Outcome(MODES, "layers=drop+one_number, shape=4", "passed") in report.outcomes


def test_layers_in_the_settings_are_not_modified() -> None:
    body = Sequential([Mix()])
    check(Residual, settings=[{"layers": body}], shapes=[(4,)])
    assert body.in_shape is None


def test_shapes_that_a_layer_rejects_are_skipped_or_fail_if_the_author_gave_them() -> None:
    taken = {o.case: o for o in check(Mix).outcomes if o.check == "build accepts the shape"}
    assert taken["shape=3x6"].status == "skipped"
    assert "flatten them first" in taken["shape=3x6"].reason
    assert taken["shape=4"].status == "passed"
    (given,) = [o for o in check(Mix, shapes=[(3, 6)]).outcomes if o.check == "build accepts the shape"]
    assert given.status == "failed"
    assert "give shapes that it accepts" in given.reason


class Backwardless(Cut):
    def backward(self, grad_output: Tensor) -> Tensor:
        return None  # type: ignore[return-value]


class Broken(Cut):
    def forward(self, x: Tensor) -> Tensor:
        raise KeyError("oops")


def test_a_wrong_return_value_and_an_exception_are_reported_with_their_location() -> None:
    (reason,) = {
        o.reason
        for o in check(Backwardless, shapes=[(4,)]).of("failed")
        if o.check == GRADIENTS and "batch=2" in o.case
    }
    assert reason == "what backward returned is None: return a tensor of shape (2, 4)"
    (reason,) = {o.reason for o in check(Broken, shapes=[(4,)]).of("failed") if o.check == GRADIENTS}
    assert re.fullmatch(r"KeyError: 'oops' \(line \d+ of test_layers.py, in forward\)", reason)


def test_large_tensors_are_sampled() -> None:
    report = check(WrongSign, shapes=[(20,)])
    reasons = {outcome.case: outcome.reason for outcome in report.of("failed")}
    assert "of 50 sampled elements); probable cause: it has the wrong sign" in reasons["shape=20, batch=7, training"]
    assert "of 12 sampled elements); probable cause: it has the wrong sign" in reasons["shape=20, batch=300, training"]


def test_checks_do_not_advance_torchs_global_generator() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(Drop, shapes=[(4,)])
    assert torch.equal(torch.rand(2), expected)
