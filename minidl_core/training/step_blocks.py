"""How many steps to take before progress is reported and Ctrl-C is answered."""

from __future__ import annotations

BLOCK_SECONDS = 0.05
"""The time to aim at: half of the longest that Ctrl-C and progress may take."""

MOST_GROWTH = 8
"""The largest factor between two blocks, because the first steps of a run may be the slowest or the fastest."""


class StepBlocks:
    """The number of steps to take at once, adapted to the time that they take.

    Attributes:
        count: the number of steps of the next block.
    """

    def __init__(self) -> None:
        self.count = 1

    def adapt(self, steps: int, seconds: float) -> None:
        """Set `count`, given the number of steps taken and their time."""
        in_time = BLOCK_SECONDS / max(seconds, 1e-9) * steps
        self.count = max(1, int(min(in_time, MOST_GROWTH * self.count, 2**31)))
