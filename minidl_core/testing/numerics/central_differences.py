"""Derivatives by central differences, each with an estimate of its error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from minidl_core.seeds import generator

STEP = 1e-6
"""The first step to either side: about the cube root of float64's precision."""

TOLERANCE = 1e-6
"""The maximum relative error of a gradient's element: what the first step can resolve."""

ROUNDING = 50 * torch.finfo(torch.float64).eps
"""The relative rounding of an output: a few dozen operations of a layer."""

REFINED = tuple(STEP * 4.0**power for power in range(-2, 5))
"""The steps that are compared where the first one is inconclusive."""

ENOUGH = 3
"""The minimum number of steps from which a function is considered smooth."""

USED = 4
"""The number of steps used for a derivative: the largest ones that stay clear of any kink."""

SAFETY = 4
"""The safety factor on the rounding that a few tiny steps show."""

STEEP = 0.05
"""The minimum relative difference between the slopes to either side that indicates a kink."""

SMOOTH = (2, 8)
"""The growth of that difference with a four times larger step, where the function is smooth."""

TINIEST = 1e-9
WINDOW = 8
"""The size and number of the steps that measure the rounding of the outputs."""

FAR = 200
"""The step, in units, that finds the outputs which depend on an element."""

NOTHING = 1e-9
"""The error of a zero slope, for outputs of about 1: backward has rounding errors of its own."""

MOST = 50
"""The maximum number of elements compared per tensor; of larger tensors, a random sample is compared."""

Outputs = Callable[[], Tensor]
"""Returns the outputs whose sum is differentiated, for the current values of the tensor that is moved."""


@dataclass(frozen=True)
class Slope:
    """A derivative from differences: it lies between two slopes, up to an error."""

    low: float
    high: float
    error: float

    @property
    def middle(self) -> float:
        """The derivative, or at a kink the mean of the slopes to either side."""
        return (self.low + self.high) / 2

    def widened(self, rounding: float) -> Slope:
        """Return the same slopes with a larger error."""
        return Slope(self.low, self.high, self.error + rounding)

    def admits(self, found: float, tolerance: float) -> bool:
        """Return whether a number agrees with this derivative, within a relative tolerance."""
        allowed = self.error + tolerance * max(abs(self.low), abs(self.high))
        return self.low - allowed <= found <= self.high + allowed


@dataclass(frozen=True)
class Quotients:
    """The slopes to the right and to the left of a point, and their rounding error."""

    right: float
    left: float
    error: float

    @property
    def middle(self) -> float:
        """The central difference quotient."""
        return (self.right + self.left) / 2

    @property
    def gap(self) -> float:
        """The relative difference of the two slopes; 0 if it may be rounding."""
        gap, size = abs(self.right - self.left), max(abs(self.right), abs(self.left))
        return gap / size if gap > 2 * self.error else 0.0


class CentralDifferences:
    """Computes derivatives by moving elements of a tensor in place, and restores them.

    Args:
        outputs: returns the outputs whose sum is differentiated.
        value: the tensor whose elements are moved.
        unit: the size of its elements, which scales the steps.
        tolerance: the maximum relative error of a correct derivative.
    """

    def __init__(self, outputs: Outputs, value: Tensor, unit: float = 1.0, tolerance: float = TOLERANCE) -> None:
        self.outputs, self.value, self.unit, self.tolerance = outputs, value, unit, tolerance
        self.flat = value.view(-1)

    def slope(self, place: int) -> Slope:
        """Return the derivative from one pair of steps."""
        width = STEP * self.unit
        above, below = self._moved(place, width), self._moved(place, -width)
        change = above - below
        size = float((above.abs() + below.abs())[change != 0].sum())
        slope = float(change.sum()) / (2 * width)
        return Slope(slope, slope, ROUNDING * size / (2 * width))

    def refined(self, place: int) -> Slope:
        """Return the range of the derivative from several steps; near a kink, from the slope on one side to the other.

        Small steps suffer from rounding, which may also hide a change and so seem exact. Large ones suffer from
        curvature, and from kinks: only steps that stay clear of kinks are used.
        """
        quotients = self._quotients(place)
        kink = next((index for index, one in _growths(quotients) if not SMOOTH[0] <= one <= SMOOTH[1]), len(quotients))
        used = quotients[: kink + 1] if kink < ENOUGH else quotients[max(0, kink - USED) : kink]
        slopes = [slope for one in used for slope in ((one.right, one.left) if kink < ENOUGH else (one.middle,))]
        error = max(one.error for one in used)
        return Slope(min(slopes), max(slopes), error if any(slopes) else max(error, NOTHING))

    def _quotients(self, place: int) -> list[Quotients]:
        """Return the difference quotients of all step sizes, smallest first."""
        here, dependent, noise = self._moved(place, 0), self._dependent(place), self._noise(place)
        found = []
        for step in REFINED:
            width = step * self.unit
            above, below = self._moved(place, width), self._moved(place, -width)
            right, left = float((above - here).sum()) / width, float((here - below).sum()) / width
            rounding = ROUNDING * float((above.abs() + below.abs())[dependent].sum())
            found.append(Quotients(right, left, (rounding + SAFETY * noise) / (2 * width)))
        return found

    def _noise(self, place: int) -> float:
        """Return how far the outputs deviate from a line over steps so small that only rounding shows."""
        row = [self._moved(place, number * TINIEST * self.unit) for number in range(WINDOW)]
        off = [one - 2 * other + third for one, other, third in zip(row, row[1:], row[2:], strict=False)]
        return float(torch.stack(off).abs().amax(0).sum())

    def _dependent(self, place: int) -> Tensor:
        """Return a mask of the outputs that depend on the element, even if rounding hides it for small steps."""
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
    """Yield the growth of the gap between the slopes from step to step, where it may indicate a kink."""
    for index, (small, large) in enumerate(pairwise(quotients), 1):
        if large.gap > STEEP:
            yield index, large.gap / max(small.gap, 1e-300)


def sampled_places(elements: int, most: int = MOST) -> Tensor:
    """Return the indices of the elements to compare: all, or a fixed random sample."""
    if elements <= most:
        return torch.arange(elements)
    return torch.randperm(elements, generator=generator(0))[:most].sort().values
