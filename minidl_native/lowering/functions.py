"""The functions of values that the tables of lowering are written in."""

from __future__ import annotations

from collections.abc import Callable

from minidl_native.kernels.expression import Apply
from minidl_native.lowering.term import FLOATS, Operand, Term, binary, common, comparison, constant, unary


def _function(name: str) -> Callable[[Term], Term]:
    def apply(x: Term) -> Term:
        return unary(name, x)

    return apply


def _rounding(name: str) -> Callable[[Term], Term]:
    def apply(x: Term) -> Term:
        return unary(name, x) if x.dtype in FLOATS else x

    return apply


sqrt, exp, expm1, log, log1p = map(_function, ("sqrt", "exp", "expm1", "log", "log1p"))
tanh, sigmoid, erf, sin, cos = map(_function, ("tanh", "sigmoid", "erf", "sin", "cos"))
floor, ceil, nearest, trunc = map(_rounding, ("floor", "ceil", "round", "trunc"))


def sign(x: Term) -> Term:
    """Return -1, 0 or 1; a b1 is its own sign."""
    return x if x.dtype == "b1" else unary("sign", x)


def square(x: Term) -> Term:
    """Return x²."""
    return x * x


def maximum(x: Operand, y: Operand) -> Term:
    """Return the larger operand; NaN if either is."""
    return binary("maximum", x, y)


def minimum(x: Operand, y: Operand) -> Term:
    """Return the smaller operand; NaN if either is."""
    return binary("minimum", x, y)


def eq(x: Operand, y: Operand) -> Term:
    """Return where operands are equal."""
    return comparison("eq", x, y)


def ne(x: Operand, y: Operand) -> Term:
    """Return where operands differ; NaN differs from all."""
    return comparison("ne", x, y)


def clamp(x: Term, low: Operand | None = None, high: Operand | None = None) -> Term:
    """Return x limited to a range whose ends may be absent; NaN stays."""
    x = x if low is None else maximum(x, low)
    return x if high is None else minimum(x, high)


def select(condition: Term, x: Operand, y: Operand) -> Term:
    """Return x where a condition holds and y elsewhere."""
    first, second = common(x, y)
    arguments = (condition.to("b1").expression, first.expression, second.expression)
    return Term(Apply("select", arguments, first.dtype))


def power(x: Operand, exponent: Operand) -> Term:
    """Return x to the power of an exponent; by multiplication, root or division where PyTorch does."""
    if isinstance(x, Term) and not isinstance(exponent, Term):
        exact = _EXACT_POWERS.get(exponent)
        if exact is not None:
            return exact(x)
    return binary("pow", x, exponent)


_EXACT_POWERS: dict[float, Callable[[Term], Term]] = {
    -2: lambda x: 1 / square(x),
    -1: lambda x: 1 / x,
    -0.5: lambda x: 1 / sqrt(x),
    0: lambda x: constant(1, x.dtype),
    0.5: sqrt,
    1: lambda x: x,
    2: square,
    3: lambda x: square(x) * x,
}
