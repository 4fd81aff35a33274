"""Two ways of the same work, timed in turn in one process, and a table of their ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Row:
    """A case of the table: what theirs and ours took, pair by pair, in one unit.

    Args:
        case: what was measured.
        due: the ratio theirs / ours to reach; with `at_most`, the ratio ours / theirs to stay below.
        unit: of the figures.
        pairs: theirs and ours.
    """

    case: str
    due: float
    unit: str
    pairs: list[tuple[float, float]]
    at_most: bool = False

    @property
    def ratios(self) -> list[float]:
        """The ratio of each pair."""
        return [ours / theirs if self.at_most else theirs / ours for theirs, ours in self.pairs]

    @property
    def reached(self) -> bool:
        """Whether the median reaches what is due."""
        ratio = statistics.median(self.ratios)
        return ratio <= self.due if self.at_most else ratio >= self.due

    def line(self) -> str:
        """Return the row as Markdown: medians of both, the ratio with its quartiles, what is due."""
        theirs, ours = (statistics.median(side) for side in zip(*self.pairs, strict=True))
        low, middle, high = statistics.quantiles(self.ratios, n=4) if len(self.ratios) > 1 else self.ratios * 3
        due = f"{'≤' if self.at_most else '≥'} {self.due:g}"
        verdict = "" if self.reached else " ✗"
        spread = f"{low:.2f} to {high:.2f}"
        sides = f"{theirs:,.4g} | {ours:,.4g} {self.unit}"
        return f"| {self.case} | {sides} | {middle:.2f}{verdict} | {spread} | {due} |"


HEADING = "| case | PyTorch | minidl | ratio | quartiles | due |\n| --- | ---: | ---: | ---: | --- | ---: |"


def in_turn(theirs: Callable[[], float], ours: Callable[[], float], pairs: int) -> list[tuple[float, float]]:
    """Return figures of both, taken in turn after a warm-up of each."""
    theirs(), ours()
    return [(theirs(), ours()) for _ in range(pairs)]
