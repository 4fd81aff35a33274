"""A number for each of many steps, which Python's arithmetic treats as one number."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any


class NumberColumn:
    """A number for each of many steps; arithmetic is done by Python's own numbers, one by one.

    A branch takes the way that all steps take. Where they differ, and where a single number is needed, as for a
    conversion, TypeError is raised.

    Args:
        values: the number of each step.
    """

    __slots__ = ("values",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = list(values)

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
    given = [argument.values if isinstance(argument, NumberColumn) else repeat(argument) for argument in arguments]
    return NumberColumn(map(function, *given))


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
