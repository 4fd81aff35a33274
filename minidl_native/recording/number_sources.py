"""Finds the numbers of operations among the arguments of the calls in Python that caused them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[int | str, ...]
"""The position or keyword of an argument, then positions in lists."""


@dataclass(frozen=True)
class NumberSource:
    """Where the optimizer's own code has a number of an operation.

    Attributes:
        call: the number of the call within the optimizer's step; -1 outside of its calls.
        paths: the arguments of the call that are equal to the number, the most likely one first.
    """

    call: int
    paths: tuple[Path, ...]

    def common(self, other: NumberSource) -> NumberSource:
        """Return the arguments that were equal to the number in two steps."""
        return NumberSource(self.call, tuple(path for path in self.paths if path in other.paths))


def find_number(
    value: float, name: str, position: int, arguments: Sequence[Any], keywords: Mapping[str, Any]
) -> tuple[Path, ...]:
    """Return the paths of the arguments of a call that are equal to a number of an operation, the most likely first.

    Args:
        value: the number.
        name: the name of the operation's argument.
        position: its position.
        arguments: the arguments of the call.
        keywords: its keyword arguments.
    """
    found = [path for path, number in numbers_in(arguments, keywords) if number == value]
    return tuple(sorted(found, key=lambda path: path[0] not in {name, position}))


def at_path(path: Path, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the argument of a call at a path."""
    first, *rest = path
    value = keywords[first] if isinstance(first, str) else arguments[first]
    for index in rest:
        value = value[index]
    return value


def numbers_in(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Iterator[tuple[Path, float]]:
    """Yield the numbers among arguments, also in lists, with their paths."""
    given: list[tuple[int | str, Any]] = [*enumerate(arguments), *keywords.items()]
    for key, value in given:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield (key,), value
        elif isinstance(value, (list, tuple)):
            for path, number in numbers_in(value, {}):
                yield (key, *path), number
