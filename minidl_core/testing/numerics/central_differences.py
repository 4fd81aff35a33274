"""Derivatives by central differences, each with an estimate of its own error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from minidl_core.seeds import generator

STEP = 1e-6
"""How far an element is moved to either side at first: about the third root of float64's precision."""

TOLERANCE = 1e-6
"""The largest error of a gradient's element, relative to that element: what such a step can tell."""

ROUNDING = 50 * torch.finfo(torch.float64).eps
"""The rounding of an output, relative to that output, of which a layer's own operations may make a few dozen."""

REFINED = tuple(STEP * 4.0**power for power in range(-2, 5))
"""The steps that are compared where the first one leaves a doubt."""

ENOUGH = 3
"""The least steps from which a derivative is judged to be smooth."""

USED = 4
"""The steps, the largest ones below any kink, that a derivative is taken from."""

SAFETY = 4
"""How many times the rounding that a few steps show there may be."""

STEEP = 0.05
"""The least relative difference of the slopes to either side that may be a kink's."""

SMOOTH = (2, 8)
"""By how much that difference grows with a step of four times the size, where there is no kink."""

TINIEST = 1e-9
WINDOW = 8
"""How far, and how often, an element is moved to see how the outputs are rounded."""

FAR = 200
"""How many units an element is moved to see on which outputs it has an effect."""

NOTHING = 1e-9
"""What counts as no slope where nothing changes, for outputs of about 1: backward may make rounding of its own."""

MOST = 50
"""The most elements of a tensor that are compared, drawn at random where there are more."""

Outputs = Callable[[], Tensor]
"""Returns numbers whose sum is differentiated, for the tensor that is moved as it stands."""


@dataclass(frozen=True)
class Slope:
    """A derivative as differences show it: it lies between two numbers, give or take an error."""

    low: float
    high: float
    error: float

    @property
    def middle(self) -> float:
        """The derivative, or the mean of those to either side."""
        return (self.low + self.high) / 2

    def widened(self, rounding: float) -> Slope:
        """Return the same with a larger error."""
        return Slope(self.low, self.high, self.error + rounding)

    def admits(self, found: float, tolerance: float) -> bool:
        """Return whether a number may be this derivative, with a tolerance relative to it."""
        allowed = self.error + tolerance * max(abs(self.low), abs(self.high))
        return self.low - allowed <= found <= self.high + allowed


@dataclass(frozen=True)
class Quotients:
    """What a step to either side shows: the slopes to the right and to the left, and the error that rounding makes."""

    right: float
    left: float
    error: float

    @property
    def middle(self) -> float:
        """The central difference quotient."""
        return (self.right + self.left) / 2

    @property
    def gap(self) -> float:
        """How far the slopes differ, relative to the larger; 0 if that may be rounding."""
        gap, size = abs(self.right - self.left), max(abs(self.right), abs(self.left))
        return gap / size if gap > 2 * self.error else 0.0


class CentralDifferences:
    """Moves elements of a tensor in place, and returns them to where they were.

    Args:
        outputs: gives the numbers whose sum is differentiated.
        value: the tensor whose elements are moved.
        unit: the size of its elements, by which steps are scaled.
        tolerance: the largest error of a derivative, relative to it, that is none.
    """

    def __init__(self, outputs: Outputs, value: Tensor, unit: float = 1.0, tolerance: float = TOLERANCE) -> None:
        self.outputs, self.value, self.unit, self.tolerance = outputs, value, unit, tolerance
        self.flat = value.view(-1)

    def slope(self, place: int) -> Slope:
        """Return the derivative by one pair of steps."""
        width = STEP * self.unit
        above, below = self._moved(place, width), self._moved(place, -width)
        change = above - below
        size = float((above.abs() + below.abs())[change != 0].sum())
        slope = float(change.sum()) / (2 * width)
        return Slope(slope, slope, ROUNDING * size / (2 * width))

    def refined(self, place: int) -> Slope:
        """Return all that the derivative may be by several steps; near a kink, all slopes to either side.

        Small steps suffer from rounding, which may also hide a change and so seem exact. Large ones suffer from
        curvature, and from kinks, which end the row of steps that are used.
        """
        quotients = self._quotients(place)
        bent = next((index for index, one in _growths(quotients) if not SMOOTH[0] <= one <= SMOOTH[1]), len(quotients))
        used = quotients[: bent + 1] if bent < ENOUGH else quotients[max(0, bent - USED) : bent]
        slopes = [slope for one in used for slope in ((one.right, one.left) if bent < ENOUGH else (one.middle,))]
        error = max(one.error for one in used)
        return Slope(min(slopes), max(slopes), error if any(slopes) else max(error, NOTHING))

    def _quotients(self, place: int) -> list[Quotients]:
        """Return what steps of all sizes show, smallest first."""
        here, concerned, noise = self._moved(place, 0), self._concerned(place), self._noise(place)
        found = []
        for step in REFINED:
            width = step * self.unit
            above, below = self._moved(place, width), self._moved(place, -width)
            right, left = float((above - here).sum()) / width, float((here - below).sum()) / width
            rounding = ROUNDING * float((above.abs() + below.abs())[concerned].sum())
            found.append(Quotients(right, left, (rounding + SAFETY * noise) / (2 * width)))
        return found

    def _noise(self, place: int) -> float:
        """Return how far the outputs are from a line over steps that are too small to show anything but rounding."""
        row = [self._moved(place, number * TINIEST * self.unit) for number in range(WINDOW)]
        off = [one - 2 * other + third for one, other, third in zip(row, row[1:], row[2:], strict=False)]
        return float(torch.stack(off).abs().amax(0).sum())

    def _concerned(self, place: int) -> Tensor:
        """Return a mask of the outputs on which the element has any effect, also one that rounding hides near by."""
        here, value = self._moved(place, 0), float(self.flat[place])
        moves = (-2 * value, -value, self.unit, -self.unit, FAR * self.unit, -FAR * self.unit)
        return torch.stack([self._moved(place, by) != here for by in moves]).any(0)

    def _moved(self, place: int, by: float) -> Tensor:
        kept = self.flat[place].item()
        self.flat[place] = kept + by
        outputs = self.outputs()
        self.flat[place] = kept
        return outputs


def _growths(quotients: Sequence[Quotients]) -> Iterator[tuple[int, float]]:
    """Yield by how much the gap between slopes grows from step to step, where it is one that may be a kink's."""
    for index, (small, large) in enumerate(pairwise(quotients), 1):
        if large.gap > STEEP:
            yield index, large.gap / max(small.gap, 1e-300)


def sampled_places(elements: int, most: int = MOST) -> Tensor:
    """Return the places of the elements to compare: all, or a sample that is the same each time."""
    if elements <= most:
        return torch.arange(elements)
    return torch.randperm(elements, generator=generator(0))[:most].sort().values
