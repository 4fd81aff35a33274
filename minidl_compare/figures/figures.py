"""All figures of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minidl_compare.figures.learning import learning
from minidl_compare.figures.points import points
from minidl_compare.figures.times import times

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from minidl_compare.comparison_result import Comparison


def figures_of(result: Comparison) -> dict[str, Figure]:
    """Return the figures that the comparison has numbers for, by file name without suffix."""
    figures = {}
    if result.decisions is not None:
        figures["figure-1-points"] = points(result.decisions)
    figures["figure-2-learning"] = learning(result)
    if result.steps:
        figures["figure-3-times"] = times(result.steps)
    return figures
