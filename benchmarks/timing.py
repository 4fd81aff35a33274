"""Measures two sides alternately, and writes the rows of a table of their ratios."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Row:
    """A case of the table: the figures of both sides, pair by pair, in one unit.

    Args:
        case: what was measured.
        target: the ratio theirs / ours to reach; with `at_most`, the ratio ours / theirs to stay below.
        unit: the unit of the figures.
        pairs: the figures, theirs and ours.
        at_most: whether the target is an upper bound.
    """

    case: str
    target: float
    unit: str
    pairs: list[tuple[float, float]]
    at_most: bool = False

    @property
    def ratios(self) -> list[float]:
        """The ratio of each pair."""
        return [ours / theirs if self.at_most else theirs / ours for theirs, ours in self.pairs]

    @property
    def reached(self) -> bool:
        """Whether the median ratio reaches the target."""
        ratio = statistics.median(self.ratios)
        return ratio <= self.target if self.at_most else ratio >= self.target

    def line(self) -> str:
        """Return the row as Markdown: the medians of both sides, the ratio with its quartiles, the target."""
        theirs, ours = (statistics.median(side) for side in zip(*self.pairs, strict=True))
        low, middle, high = statistics.quantiles(self.ratios, n=4) if len(self.ratios) > 1 else self.ratios * 3
        target = f"{'≤' if self.at_most else '≥'} {self.target:g}"
        verdict = "" if self.reached else " ✗"
        spread = f"{low:.2f} to {high:.2f}"
        sides = f"{theirs:,.4g} | {ours:,.4g} {self.unit}"
        return f"| {self.case} | {sides} | {middle:.2f}{verdict} | {spread} | {target} |"


HEADING = "| case | PyTorch | minidl | ratio | quartiles | target |\n| --- | ---: | ---: | ---: | --- | ---: |"


def measure_pairs(theirs: Callable[[], float], ours: Callable[[], float], pairs: int) -> list[tuple[float, float]]:
    """Return figures of both sides, measured alternately after a warm-up of each."""
    theirs(), ours()
    return [(theirs(), ours()) for _ in range(pairs)]


def process_seconds(*command: str, **environment: str) -> float:
    """Return the seconds that a process takes, with some environment variables set."""
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=os.environ | environment, timeout=50)
    return time.perf_counter() - started
