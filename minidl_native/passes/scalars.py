"""Scalars: expressions without loads, which have one value for all elements of a step."""

from __future__ import annotations

from minidl_native.kernels.expression import Apply, Constant, Expression, Load


def is_scalar(expression: Expression) -> bool:
    """Whether an expression has no loads."""
    if isinstance(expression, Apply):
        return all(is_scalar(argument) for argument in expression.arguments)
    return not isinstance(expression, Load)


def is_one(expression: Expression) -> bool:
    """Whether an expression is the constant 1."""
    return isinstance(expression, Constant) and expression.value == 1


def negative(scalar: Expression) -> Expression:
    """Return a scalar with the other sign."""
    match scalar:
        case Constant(value, dtype):
            return Constant(-value, dtype)
        case Apply("neg", (argument,)):
            return argument
    return Apply("neg", (scalar,), scalar.dtype)


def multiplied(one: Expression, two: Expression) -> Expression:
    """Return the product of two scalars."""
    match one, two:
        case Constant(x, dtype), Constant(y):
            return Constant(x * y, dtype)
        case Constant(1), other:
            return other
        case other, Constant(1):
            return other
        case (Constant(-1), other) | (other, Constant(-1)):
            return negative(other)
    return Apply("mul", (one, two), one.dtype)


def reciprocal(scalar: Expression) -> Expression:
    """Return 1 over a scalar."""
    one = Constant(1.0, scalar.dtype)
    if isinstance(scalar, Constant) and scalar.value:
        return Constant(1 / scalar.value, scalar.dtype)
    return Apply("div", (one, scalar), scalar.dtype)
