"""Figure 2: the learning curves of both sides, and the points that they misclassify."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from minidl_compare.comparison_result import Comparison, Side
from minidl_compare.decision_regions import DecisionRegions
from minidl_compare.figures.points import scatter
from minidl_compare.figures.style import CLASS_COLORS, SIDE_COLORS, SIDE_LINES, SIDE_MARKERS, SIDE_NAMES

SHOWN: tuple[Side, Side] = ("minidl", "torch")
"""The sides to draw: the curves of both engines of minidl coincide."""

MARKERS = 5
"""The approximate number of markers on a curve; a single epoch is visible only as a marker."""


def learning(result: Comparison) -> Figure:
    """Return the figure; without misclassified points if samples are not points of a plane."""
    decisions = result.decisions
    figure = Figure(figsize=(16 if decisions else 6.4, 5.8), layout="constrained")
    panels = figure.subplots(1, 3 if decisions else 1, squeeze=False)[0]
    _curves(panels[0], result)
    if decisions is not None:
        for axes, side in zip(panels[1:], SHOWN, strict=True):
            _regions(axes, decisions, side)
        handles, labels = panels[1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower right", ncols=4)
    return figure


def _curves(axes: Axes, result: Comparison) -> None:
    """Draw the training loss of each repeat as a thin line, and each side's mean as a thick one."""
    epochs = range(1, result.config.epochs + 1)
    for side in SHOWN:
        losses = [[epoch.train["loss"] for epoch in one.history] for one in result.trainings(side)]
        look: dict[str, Any] = {
            "color": SIDE_COLORS[side],
            "linestyle": SIDE_LINES[side],
            "marker": SIDE_MARKERS[side],
            "markevery": max(1, len(epochs) // MARKERS),
        }
        # The curves of both sides coincide, so the one drawn first is wider and stays visible.
        wide = side == "minidl"
        for curve in losses:
            axes.plot(
                epochs,
                curve,
                **look,
                alpha=0.25 if wide else 0.6,
                linewidth=3 if wide else 0.8,
                markersize=5 if wide else 3,
            )
        means = list(map(fmean, zip(*losses, strict=True)))
        over = f", mean of {len(losses)}" if len(losses) > 1 else ""
        axes.plot(
            epochs,
            means,
            **look,
            linewidth=5 if wide else 2.5,
            markersize=11 if wide else 6,
            label=SIDE_NAMES[side] + over,
        )
    axes.set(title="Learning curves", xlabel="epoch", ylabel=f"training loss ({result.config.loss})")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
    axes.legend()


def _regions(axes: Axes, decisions: DecisionRegions, side: str) -> None:
    """Draw the decision regions of a network, and the test points that it misclassifies."""
    colors = [CLASS_COLORS[number % len(CLASS_COLORS)] for number in range(len(decisions.labels))]
    axes.pcolormesh(
        *decisions.grid,
        decisions.regions[side],
        cmap=ListedColormap(colors),
        vmin=0,
        vmax=len(colors) - 1,
        alpha=0.3,
        linewidth=0,
        rasterized=True,
    )
    missed = decisions.misclassified[side]
    labels = tuple(f"misclassified, truly {label}" for label in decisions.labels)
    scatter(axes, missed, labels, size=42, edge="black")
    axes.grid(visible=False)
    axes.set(title=f"{SIDE_NAMES[side]}: {sum(map(len, missed))} of {decisions.test_points:,} misclassified")
    axes.set(xlabel=decisions.axes[0], ylabel=decisions.axes[1], aspect="equal")
