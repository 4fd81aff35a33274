"""Finds the number of an operation among the arguments of the call in Python that caused it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[int | str, ...]


def find_number(value: float, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Path | None:
    """Return the path of a number among the arguments of a call; None if it has no such number.

    Args:
        value: the number.
        name: the name of the operation's argument; a keyword of that name is preferred.
        arguments: the arguments of the call.
        keywords: its keyword arguments.
    """
    if name in keywords and _is_number(keywords[name]):
        return (name,) if keywords[name] == value else None
    for path, number in _numbers(arguments, keywords):
        if number == value:
            return path
    return None


def at_path(path: Path, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """Return the argument of a call at a path."""
    first, *rest = path
    value = keywords[first] if isinstance(first, str) else arguments[first]
    for index in rest:
        value = value[index]
    return value


def _numbers(arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Iterator[tuple[Path, float]]:
    """Yield the numbers among arguments, also in lists, with their paths."""
    given: list[tuple[int | str, Any]] = [*enumerate(arguments), *keywords.items()]
    for key, value in given:
        if _is_number(value):
            yield (key,), value
        elif isinstance(value, (list, tuple)):
            for path, number in _numbers(value, {}):
                yield (key, *path), number


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
