"""Folding keeps the bits of all values."""

from __future__ import annotations

import math

import pytest
import torch

from minidl_native.kernels.expression import Apply, Constant, Expression, Load
from minidl_native.kernels.kernel import Elementwise
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import contiguous
from minidl_native.passes.folding import fold_constants, folded
from tests.support.kernel_interpreter import interpret

VALUES = [0.0, -0.0, 1.0, -1.5, 1e-45, 3.4e38, 1e-310, math.inf, -math.inf, math.nan, 0.1, 7.0]

X = Load(contiguous(0, (len(VALUES),), "f32"))


def constant(value: float) -> Constant:
    return Constant(value, "f32")


def apply(function: str, *arguments: Expression) -> Apply:
    return Apply(function, arguments, "f32")


MASK = Apply("gt", (X, constant(0.0)), "b1")

CASES = {
    "x * 1": (apply("mul", X, constant(1.0)), X),
    "1 * x": (apply("mul", constant(1.0), X), X),
    "x / 1": (apply("div", X, constant(1.0)), X),
    "x - 0": (apply("sub", X, constant(0.0)), X),
    "x + -0": (apply("add", X, constant(-0.0)), X),
    "x * -1": (apply("mul", X, constant(-1.0)), apply("neg", X)),
    "-(-x)": (apply("neg", apply("neg", X)), X),
    "x / 4": (apply("div", X, constant(4.0)), apply("mul", X, constant(0.25))),
    "f32(f32(x))": (apply("convert", X), X),
    "3 * 0.1 + x": (apply("add", apply("mul", constant(3.0), constant(0.1)), X), None),
    "f32(x > 0) / 0.9": (apply("div", apply("convert", MASK), constant(0.9)), None),
}

KEPT = {
    "x + 0": apply("add", X, constant(0.0)),
    "x - -0": apply("sub", X, constant(-0.0)),
    "0 - x": apply("sub", constant(0.0), X),
    "x * 0": apply("mul", X, constant(0.0)),
    "x / 3": apply("div", X, constant(3.0)),
    "f32(x > 0) / -0.9": apply("div", apply("convert", MASK), constant(-0.9)),
    "x / 2^-140": apply("div", X, constant(2.0**-140)),
}


def bits(value: Expression) -> torch.Tensor:
    out = contiguous(1, (len(VALUES),), "f32")
    storages = {0: Storage("f32", len(VALUES), "state"), 1: Storage("f32", len(VALUES), "state")}
    memory = {0: torch.tensor(VALUES), 1: torch.zeros(len(VALUES))}
    interpret(Program((Elementwise(out, value, "forward"),), storages, "f32", 0, 0, 0, 0), memory)
    numbers = memory[1]
    return torch.where(numbers.isnan(), 0, numbers.view(torch.int32))


@pytest.mark.parametrize(("value", "expected"), CASES.values(), ids=CASES)
def test_simpler_expressions_have_the_same_bits(value, expected) -> None:
    simpler = folded(value)
    assert simpler != value
    assert expected in {None, simpler}
    assert torch.equal(bits(simpler), bits(value))


@pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)
def test_what_changes_bits_is_kept(value) -> None:
    assert folded(value) is value


def test_a_program_without_anything_to_fold_stays_the_same() -> None:
    kernel = Elementwise(contiguous(1, (len(VALUES),), "f32"), KEPT["x / 3"], "forward")
    program = Program((kernel,), {}, "f32", 0, 0, 0, 0)
    assert fold_constants(program) is program
