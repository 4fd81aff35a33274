"""Expressions: what a kernel computes for one element."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from minidl_native.kernels.view import DType, View


@dataclass(frozen=True, slots=True)
class Load:
    """The element of a view at the current index; the view has the shape of the kernel's domain (see `View.expand`)."""

    view: View

    @property
    def dtype(self) -> DType:
        """The type of the element."""
        return self.view.dtype


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is the same in each step."""

    value: float | int | bool
    dtype: DType


@dataclass(frozen=True, slots=True)
class Number:
    """A number that may change from step to step: column `index` of the table of numbers (float64)."""

    index: int
    dtype: DType


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of one element of each argument.

    Functions, with PyTorch's results for NaN, infinity and signed zeros:

    - of numbers: add, sub, mul, div, neg, abs, sign, maximum, minimum (NaN if either is), sqrt, exp, expm1, log, log1p,
      tanh, sigmoid, erf, sin, cos, pow, floor, ceil, round (half to even), trunc, fma (a * b + c);
    - to b1: eq, ne, lt, le, gt, ge;
    - of b1, and bitwise of i64: and, or, xor, not;
    - select (b1, then, else);
    - convert, to `dtype`.

    Arguments have the result's type, except those of comparisons, `select` and `convert`.

    Attributes:
        function: the name of the function.
        arguments: its arguments.
        dtype: the type of the result.
    """

    function: str
    arguments: tuple[Expression, ...]
    dtype: DType


Expression: TypeAlias = Load | Constant | Number | Apply


def loads(expression: Expression) -> Iterator[View]:
    """Yield the views that an expression reads, from left to right, with repetitions."""
    pending = [expression]
    while pending:
        one = pending.pop()
        if isinstance(one, Load):
            yield one.view
        elif isinstance(one, Apply):
            pending.extend(reversed(one.arguments))


def map_loads(expression: Expression, change: Callable[[Load], Expression]) -> Expression:
    """Return an expression with each load replaced."""
    if isinstance(expression, Load):
        return change(expression)
    if isinstance(expression, Apply):
        arguments = tuple(map_loads(argument, change) for argument in expression.arguments)
        return Apply(expression.function, arguments, expression.dtype)
    return expression
