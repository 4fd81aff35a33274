"""Losses that jump: whose values change at a place by more than their gradient accounts for."""

from __future__ import annotations

import itertools

import torch

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss

REACH = 8.0
"""How far to either side of the targets predictions are moved."""

SEGMENTS = 160
HALVINGS = 36

SUSPICIOUS = 1e-7
"""What a segment's change may lack to be the integral of the gradient, relative to the loss."""

NEGLIGIBLE = 1e-6
"""The size of a loss, relative to that for predictions far off, below which jumps are rounding."""

MOST = 4
"""The most segments that are searched, those that lack most first."""


def check_continuity(configured: ConfiguredLoss) -> None:
    """Check that along a line of predictions, changes of the loss are the integral of its gradient, down to any length.

    A kink only makes the integral inexact, and the less so the shorter the piece. A jump stays.
    """
    line = _Line(configured)
    edges = torch.linspace(-REACH, REACH, SEGMENTS + 1, dtype=torch.float64).tolist()
    lacks = [line.lack(start, end) for start, end in itertools.pairwise(edges)]
    for index in sorted(range(SEGMENTS), key=lambda index: -lacks[index])[:MOST]:
        if lacks[index] > SUSPICIOUS:
            line.search(edges[index], edges[index + 1])


class _Line:
    """Predictions along a line through the targets, and the loss there."""

    def __init__(self, configured: ConfiguredLoss) -> None:
        self.configured = configured
        direction, self.target = configured.batch(5, 3)
        self.direction = direction.sign() * (direction.abs() + 1 / 2)
        self.known: dict[float, tuple[float, float]] = {}
        self.least = NEGLIGIBLE * abs(self._at(REACH)[0])

    def lack(self, start: float, end: float) -> float:
        """Return how much the change of the loss and the integral of the gradient differ, relative to the loss."""
        (first, slope), (_, middle), (last, steep) = (self._at(t) for t in (start, (start + end) / 2, end))
        integral = (end - start) * (slope + 4 * middle + steep) / 6
        return abs(last - first - integral) / max(abs(first), abs(last), abs(integral), self.least)

    def search(self, start: float, end: float) -> None:
        """Narrow a segment down to where the loss lacks most.

        Raises:
            ConformanceError: it jumps there.
        """
        for _ in range(HALVINGS):
            middle = (start + end) / 2
            start, end = max(((start, middle), (middle, end)), key=lambda piece: self.lack(*piece))
        (first, slope), (last, steep) = self._at(start), self._at(end)
        change, explained = abs(last - first), (abs(slope) + abs(steep)) * (end - start)
        if change > SUSPICIOUS * max(abs(first), abs(last), self.least) and change > 100 * explained:
            difference = start * float(self.direction.flatten()[0])
            raise ConformanceError(
                f"the loss jumps from {first:.6g} to {last:.6g} where predictions change by less than 1e-9 (that of "
                f"sample 0 is {difference:.4g} from its target there)",
                "its formulas for small and for large errors do not meet: a constant is missing in one",
            )

    def _at(self, t: float) -> tuple[float, float]:
        """Return the loss at a point of the line, and its derivative along it."""
        if t not in self.known:
            value, gradient = self.configured.passes(self.target + t * self.direction, self.target.clone())
            self.known[t] = float(value), float((gradient * self.direction).sum())
        return self.known[t]
