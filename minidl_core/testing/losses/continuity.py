"""Checks that a loss has no jumps: its changes are the integral of its gradient."""

from __future__ import annotations

import itertools

import torch

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss

REACH = 8.0
"""The distance to either side of the targets over which predictions are moved."""

SEGMENTS = 160
HALVINGS = 36

SUSPICIOUS = 1e-7
"""The maximum relative difference between a segment's change and the integral of the gradient."""

NEGLIGIBLE = 1e-6
"""Jumps of a loss below this, relative to its value for distant predictions, are rounding."""

MOST = 4
"""The maximum number of segments to search, those with the largest mismatch first."""


def check_continuity(configured: ConfiguredLoss) -> None:
    """Check that along a line of predictions, the loss changes by the integral of its gradient.

    At a kink, the numerical integral is inexact, but the error vanishes for shorter segments. At a jump it remains.
    """
    line = _Line(configured)
    edges = torch.linspace(-REACH, REACH, SEGMENTS + 1, dtype=torch.float64).tolist()
    mismatches = [line.mismatch(start, end) for start, end in itertools.pairwise(edges)]
    for index in sorted(range(SEGMENTS), key=lambda index: -mismatches[index])[:MOST]:
        if mismatches[index] > SUSPICIOUS:
            line.search(edges[index], edges[index + 1])


class _Line:
    """The loss along a line of predictions through the targets."""

    def __init__(self, configured: ConfiguredLoss) -> None:
        self.configured = configured
        direction, self.target = configured.batch(5, 3)
        self.direction = direction.sign() * (direction.abs() + 1 / 2)
        self.known: dict[float, tuple[float, float]] = {}
        self.least = NEGLIGIBLE * abs(self._at(REACH)[0])

    def mismatch(self, start: float, end: float) -> float:
        """Return the relative difference between the change of the loss and the integral of its gradient."""
        (first, slope), (_, middle), (last, steep) = (self._at(t) for t in (start, (start + end) / 2, end))
        integral = (end - start) * (slope + 4 * middle + steep) / 6
        return abs(last - first - integral) / max(abs(first), abs(last), abs(integral), self.least)

    def search(self, start: float, end: float) -> None:
        """Bisect a segment towards the largest mismatch.

        Raises:
            ConformanceError: the loss jumps there.
        """
        for _ in range(HALVINGS):
            middle = (start + end) / 2
            start, end = max(((start, middle), (middle, end)), key=lambda piece: self.mismatch(*piece))
        (first, slope), (last, steep) = self._at(start), self._at(end)
        change, explained = abs(last - first), (abs(slope) + abs(steep)) * (end - start)
        if change > SUSPICIOUS * max(abs(first), abs(last), self.least) and change > 100 * explained:
            difference = start * float(self.direction.flatten()[0])
            raise ConformanceError(
                f"the loss jumps from {first:.6g} to {last:.6g} when predictions change by less than 1e-9, where "
                f"prediction minus target of sample 0 is {difference:.4g}",
                "its formulas for small and for large errors differ where they meet: one lacks a constant",
            )

    def _at(self, t: float) -> tuple[float, float]:
        """Return the loss and its derivative along the line at one point."""
        if t not in self.known:
            value, gradient = self.configured.passes(self.target + t * self.direction, self.target.clone())
            self.known[t] = float(value), float((gradient * self.direction).sum())
        return self.known[t]
