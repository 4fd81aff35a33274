"""Sums of multiples: expressions that are linear in what they read."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_native.kernels.expression import Apply, Constant, Expression, Load
from minidl_native.kernels.view import View
from minidl_native.passes.scalars import is_scalar, multiplied, reciprocal


@dataclass(frozen=True, slots=True)
class Summand:
    """A multiple of the elements of a view.

    Attributes:
        factor: an expression without loads.
        view: the elements.
    """

    factor: Expression
    view: View

    def scaled(self, factor: Expression) -> Summand:
        """Return the term times a scalar."""
        return Summand(multiplied(factor, self.factor), self.view)


def summands(value: Expression) -> tuple[Summand, ...] | None:
    """Return the summands that add up to a floating-point expression, up to rounding; None if it is no sum."""
    found: tuple[Summand, ...] | None = None
    match value:
        case Load(view) if view.dtype in {"f32", "f64"}:
            found = (Summand(Constant(1.0, view.dtype), view),)
        case Apply("neg", (argument,), dtype):
            found = _scaled(argument, Constant(-1.0, dtype))
        case Apply("add", (one, two)):
            found = _sum(summands(one), summands(two))
        case Apply("sub", (one, two), dtype):
            found = _sum(summands(one), _scaled(two, Constant(-1.0, dtype)))
        case Apply("mul", (argument, factor)) if is_scalar(factor):
            found = _scaled(argument, factor)
        case Apply("mul", (factor, argument)) if is_scalar(factor):
            found = _scaled(argument, factor)
        case Apply("div", (argument, divisor)) if is_scalar(divisor):
            found = _scaled(argument, reciprocal(divisor))
    return found


def _scaled(value: Expression, factor: Expression) -> tuple[Summand, ...] | None:
    found = summands(value)
    return None if found is None else tuple(term.scaled(factor) for term in found)


def _sum(one: tuple[Summand, ...] | None, two: tuple[Summand, ...] | None) -> tuple[Summand, ...] | None:
    return None if one is None or two is None else (*one, *two)
