"""A number near a setting's default, within the range that the docstring documents."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from enum import Enum
from typing import Any, get_args, get_origin

from minidl_core.interfaces.component import Component

NOT_VARIED = re.compile(r"dim|axis|index|path|seed")
"""Settings with such names are no quantities, or have no effect on what is checked."""

INSTEAD_OF_NONE = 0.5

NUMBER = r"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)"
BOTH = re.compile(rf"(?:from|between) {NUMBER} (?:up )?(?:to|and)(?:,? not including,)? {NUMBER}")
LOWEST = re.compile(rf"(?:at least|above|over|greater than|from) {NUMBER}")
HIGHEST = re.compile(rf"(?:at most|below|under|less than|up to) {NUMBER}")
"""How docstrings give a setting's range."""


class Direction(Enum):
    """Whether values are to be smaller or larger than those that are known to work."""

    DOWN = "below"
    UP = "above"


INSTEAD_OF_ZERO = {Direction.DOWN: 0.1, Direction.UP: 0.3}


def varied_value(part: type[Component], name: str, value: Any, options: Sequence[Any], direction: Direction) -> Any:
    """Return a number, or a tuple of numbers, near a setting's value, or None if the setting is not varied.

    Args:
        part: the class whose docstring may give the range.
        name: the setting.
        value: its default, or a value that is known to work.
        options: the types that its annotation allows.
        direction: whether the result is below or above the value.
    """
    if NOT_VARIED.search(name) or isinstance(value, bool):
        return None
    lowest, highest = documented_range(part.__doc__ or "", name)
    if value is None:
        return _instead_of_none(options, direction)
    if isinstance(value, tuple) and value and all(isinstance(one, float) for one in value):
        return tuple(_moved(one, lowest, highest, direction) for one in value)
    if isinstance(value, int) and int in options:
        moved = value + (1 if direction is Direction.UP else -1)
        return moved if value >= 0 and max(lowest, 1) <= moved <= highest else None
    return _moved(value, lowest, highest, direction) if isinstance(value, int | float) else None


def documented_range(docstring: str, name: str) -> tuple[float, float]:
    """Return the minimum and the maximum that a docstring gives for a setting, or infinities."""
    text = re.search(rf"^\s*{re.escape(name)}\b[^:\n]*: *(.*(?:\n(?!\s*\w+:|\s*$).*)*)", docstring, re.MULTILINE)
    described = text[1] if text else ""
    if both := BOTH.search(described):
        return float(both[1]), float(both[2])
    lowest, highest = LOWEST.search(described), HIGHEST.search(described)
    return float(lowest[1]) if lowest else -math.inf, float(highest[1]) if highest else math.inf


def _moved(value: float, lowest: float, highest: float, direction: Direction) -> float:
    """Return a number below or above another within a range; numbers between 0 and 1 stay there."""
    moved = {Direction.DOWN: value / 2, Direction.UP: 1.5 * value}[direction]
    if value == 0:
        moved = INSTEAD_OF_ZERO[direction]
    elif 0 < value < 1 < moved:
        moved = (1 + value) / 2
    if lowest <= moved <= highest:
        return moved
    return (value + (lowest if moved < lowest else highest)) / 2


def _instead_of_none(options: Sequence[Any], direction: Direction) -> Any:
    """Return a number, or a tuple of numbers, for a setting whose default is None."""
    for option in options:
        if option is float:
            return INSTEAD_OF_NONE if direction is Direction.UP else None
        if get_origin(option) is tuple and set(get_args(option)) <= {float, ...} and direction is Direction.UP:
            return (0.5, 2.0, 1.5)
    return None
