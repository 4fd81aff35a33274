"""A number for each of many steps, which Python's arithmetic treats as one number."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class NumberColumn:
    """A number for each of many steps; arithmetic gives the bits of Python's own numbers.

    Sums, products, quotients and square roots of floats, whose bits IEEE 754 fixes, are computed by numpy; all else by
    Python's numbers, one by one. A branch takes the way that all steps take. Where they differ, and where a single
    number is needed, as for a conversion, TypeError is raised.

    Args:
        values: the number of each step.
    """

    __slots__ = ("_floats", "_values")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Iterable[Any] | Floats) -> None:
        self._floats = values if isinstance(values, np.ndarray) else None
        self._values = None if isinstance(values, np.ndarray) else list(values)

    @property
    def values(self) -> list[Any]:
        """The numbers as Python's own."""
        if self._values is None:
            self._values = self._floats.tolist() if self._floats is not None else []
        return self._values

    @property
    def floats(self) -> Floats | None:
        """The numbers as an array; None if they are not all floats."""
        if self._floats is None and all(type(value) is float for value in self.values):
            self._floats = np.array(self.values)
        return self._floats

    def __bool__(self) -> bool:
        """Return whether all numbers are true.

        Raises:
            TypeError: some are, and some are not.
        """
        if (one := bool(self.values[0])) is not all(self.values) or one is not any(self.values):
            raise TypeError("steps branch differently")
        return one

    def _refuse(self) -> Any:
        raise TypeError("a number that changes from step to step is used as a single one")

    __float__ = __int__ = __index__ = __complex__ = __iter__ = _refuse


def apply(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the values of a function of numbers, some of which may be columns."""
    if not any(isinstance(argument, NumberColumn) for argument in arguments):
        return function(*arguments)
    if (exact := _EXACT.get(function)) is not None and (floats := _arrays(arguments)) is not None:
        with np.errstate(all="ignore"):  # Python's floats overflow without a word too
            return NumberColumn(exact(*floats))
    given = [argument.values if isinstance(argument, NumberColumn) else repeat(argument) for argument in arguments]
    return NumberColumn(map(function, *given))


def _arrays(arguments: Iterable[Any]) -> list[Any] | None:
    """Return floats, and columns of floats as arrays; None if an argument is of another type."""
    found = [one.floats if isinstance(one, NumberColumn) else one if type(one) is float else None for one in arguments]
    return None if any(one is None for one in found) else found


def _quotient(dividend: Any, divisor: Any) -> Floats:
    if np.any(divisor == 0):
        raise ZeroDivisionError("float division by zero")
    quotient: Floats = dividend / divisor
    return quotient


def _square_root(values: Floats) -> Floats:
    if np.any(values < 0):
        raise ValueError("math domain error")
    return np.sqrt(values)


_EXACT: dict[Callable[..., Any], Callable[..., Floats]] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: _quotient,
    operator.neg: np.negative,
    math.sqrt: _square_root,
}
"""Functions of floats whose bits are fixed, and the same of arrays."""


def _define(name: str, function: Callable[..., Any]) -> None:
    def method(self: NumberColumn, *others: Any) -> Any:
        return apply(function, self, *others) if all(map(_is_number, others)) else NotImplemented

    def reflected(self: NumberColumn, other: Any) -> Any:
        return apply(function, other, self) if _is_number(other) else NotImplemented

    setattr(NumberColumn, f"__{name}__", method)
    if name in _REFLECTED:
        setattr(NumberColumn, f"__r{name}__", reflected)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, NumberColumn, type(None)))


_REFLECTED = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "divmod"}

for _name in ("lt", "le", "eq", "ne", "gt", "ge", "neg", "pos", "abs", *(_REFLECTED - {"divmod"})):
    _define(_name, getattr(operator, f"__{_name}__"))
_define("round", round)
_define("divmod", divmod)
