"""Figure 1: the training points by their label."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from minidl_compare.decision_regions import DecisionRegions, Point
from minidl_compare.figures.style import CLASS_COLORS, CLASS_MARKERS


def points(decisions: DecisionRegions) -> Figure:
    """Return the figure."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    axes = figure.subplots()
    scatter(axes, decisions.points, decisions.labels, size=18)
    axes.set(title=f"{sum(map(len, decisions.points)):,} training points by label", aspect="equal")
    axes.set(xlabel=decisions.axes[0], ylabel=decisions.axes[1])
    figure.legend(loc="outside lower center", ncols=4, markerscale=2)
    return figure


def scatter(axes: Axes, by_class: list[list[Point]], labels: tuple[str, ...], size: float, edge: str = "none") -> None:
    """Draw points, with a different color and marker for each class."""
    for number, (of_class, label) in enumerate(zip(by_class, labels, strict=True)):
        axes.scatter(
            [x for x, _ in of_class],
            [y for _, y in of_class],
            s=size,
            color=CLASS_COLORS[number % len(CLASS_COLORS)],
            marker=CLASS_MARKERS[number % len(CLASS_MARKERS)],
            edgecolors=edge,
            linewidths=0.8,
            label=label,
        )
