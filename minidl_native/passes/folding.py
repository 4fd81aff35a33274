"""Folding: expressions that constants make simpler, with the same bits."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import replace

from minidl_native.kernels.expression import Apply, Constant, Expression
from minidl_native.kernels.kernel import Elementwise, Kernel, Reduction
from minidl_native.kernels.program import Program

EXACT: dict[str, Callable[..., float]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "abs": abs,
}
"""Functions of constants that are computed here; each rounds once, also where float64 is rounded to float32."""


def fold_constants(program: Program) -> Program:
    """Simplify the expressions of elementwise kernels and reductions."""
    kernels = tuple(_folded(kernel) for kernel in program.kernels)
    if all(one is other for one, other in zip(kernels, program.kernels, strict=True)):
        return program
    return replace(program, kernels=kernels)


def _folded(kernel: Kernel) -> Kernel:
    if isinstance(kernel, Elementwise | Reduction):
        value = folded(kernel.value)
        if value is not kernel.value:
            return replace(kernel, value=value)
    return kernel


def folded(expression: Expression) -> Expression:
    """Return a simpler expression with the same results, or the same one."""
    if not isinstance(expression, Apply):
        return expression
    arguments = tuple(map(folded, expression.arguments))
    if any(one is not other for one, other in zip(arguments, expression.arguments, strict=True)):
        expression = Apply(expression.function, arguments, expression.dtype)
    return _of_constants(expression) or _simpler(expression) or expression


def _of_constants(expression: Apply) -> Constant | None:
    """Return the value of a function of constants."""
    function, dtype = EXACT.get(expression.function), expression.dtype
    values = [_rounded(argument) for argument in expression.arguments if isinstance(argument, Constant)]
    if function is None or dtype not in {"f32", "f64"} or len(values) < len(expression.arguments):
        return None
    return Constant(_rounded(Constant(function(*values), dtype)), dtype)


def _rounded(constant: Constant) -> float:
    """Return the number that a constant stands for."""
    value = float(constant.value)
    if constant.dtype != "f32" or not math.isfinite(value):
        return value
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _simpler(expression: Apply) -> Expression | None:
    """Return one of the arguments, or another function of them, where that is the same for all values."""
    found: Expression | None = None
    match expression:
        case Apply("mul", (x, Constant(1)) | (Constant(1), x)) | Apply("div", (x, Constant(1))):
            found = x
        case Apply("mul", (x, Constant(-1)) | (Constant(-1), x), dtype) if dtype in {"f32", "f64"}:
            found = Apply("neg", (x,), dtype)
        case Apply("neg", (Apply("neg", (x,)),)):
            found = x
        case Apply("sub", (x, Constant(0) as zero)) if math.copysign(1, zero.value) > 0:
            found = x
        case Apply("add", (x, Constant(0.0) as zero)) if math.copysign(1, zero.value) < 0:
            found = x
        case Apply("convert", (x,), dtype) if x.dtype == dtype:
            found = x
        case Apply("div", (Apply("convert", (condition,)), Constant(value)), dtype) if _is_choice(condition, value):
            one = Constant(_rounded(Constant(1 / _rounded(Constant(value, dtype)), dtype)), dtype)
            found = Apply("select", (condition, one, Constant(0.0, dtype)), dtype)
        case Apply("div", (x, Constant(value)), dtype) if dtype in {"f32", "f64"} and _has_inverse(value):
            found = Apply("mul", (x, Constant(1 / value, dtype)), dtype)
    return found


def _is_choice(condition: Expression, divisor: float) -> bool:
    """Whether 1 and 0, as a condition chooses, can be divided beforehand."""
    return condition.dtype == "b1" and 0 < divisor < math.inf


def _has_inverse(value: float) -> bool:
    """Whether dividing by a number is the same as multiplying: it is a power of two, and not too large or small."""
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5 and 2**-100 < abs(value) < 2**100  # noqa: PLR2004
