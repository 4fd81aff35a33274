"""Sums of multiples: expressions that are linear in what they read."""

from __future__ import annotations

from dataclasses import dataclass

from minidl_native.kernels.expression import Apply, Constant, Expression, Load
from minidl_native.kernels.view import View
from minidl_native.passes.scalars import is_scalar, reciprocal, times


@dataclass(frozen=True, slots=True)
class Term:
    """A multiple of the elements of a view.

    Attributes:
        factor: an expression without loads.
        view: the elements.
    """

    factor: Expression
    view: View

    def scaled(self, factor: Expression) -> Term:
        """Return the term times a scalar."""
        return Term(times(factor, self.factor), self.view)


def linear_terms(value: Expression) -> tuple[Term, ...] | None:
    """Return the terms whose sum is a floating-point expression, to the last rounding; None if it is no such sum."""
    terms: tuple[Term, ...] | None = None
    match value:
        case Load(view) if view.dtype in {"f32", "f64"}:
            terms = (Term(Constant(1.0, view.dtype), view),)
        case Apply("neg", (argument,), dtype):
            terms = _scaled(argument, Constant(-1.0, dtype))
        case Apply("add", (one, two)):
            terms = _sum(linear_terms(one), linear_terms(two))
        case Apply("sub", (one, two), dtype):
            terms = _sum(linear_terms(one), _scaled(two, Constant(-1.0, dtype)))
        case Apply("mul", (argument, factor)) if is_scalar(factor):
            terms = _scaled(argument, factor)
        case Apply("mul", (factor, argument)) if is_scalar(factor):
            terms = _scaled(argument, factor)
        case Apply("div", (argument, divisor)) if is_scalar(divisor):
            terms = _scaled(argument, reciprocal(divisor))
    return terms


def _scaled(value: Expression, factor: Expression) -> tuple[Term, ...] | None:
    terms = linear_terms(value)
    return None if terms is None else tuple(term.scaled(factor) for term in terms)


def _sum(one: tuple[Term, ...] | None, two: tuple[Term, ...] | None) -> tuple[Term, ...] | None:
    return None if one is None or two is None else (*one, *two)
