"""Figure 3: the time of forward, backward and a whole step against sizes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import StrMethodFormatter

from minidl_compare.comparison_result import SIDES, VARIED, StepTime
from minidl_compare.figures.style import SIDE_COLORS, SIDE_LINES, SIDE_MARKERS, SIDE_NAMES

PARTS = {"forward": "Forward pass", "backward": "Backward pass", "step": "Whole step"}


def times(steps: dict[str, list[StepTime]]) -> Figure:
    """Return the figure: a row for each size that was varied, a column for each phase of a step."""
    # Without space between the rows, a panel's title would look like part of the label above it.
    figure = Figure(figsize=(14, 4.9 * len(steps)), layout=ConstrainedLayoutEngine(h_pad=0.25))
    panels = figure.subplots(len(steps), len(PARTS), squeeze=False, sharey="row")
    for row, (varied, found) in zip(panels, steps.items(), strict=True):
        for axes, (part, title) in zip(row, PARTS.items(), strict=True):
            _draw(axes, found, part)
            axes.set(title=title, xlabel=VARIED[varied])
            if varied == "width":
                axes.set_xscale("log", base=2)
                axes.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
        row[0].set_ylabel("time (milliseconds)")
    panels[0][0].legend()
    return figure


def _draw(axes: Axes, found: list[StepTime], part: str) -> None:
    for side in SIDES:
        if getattr(found[0], side) is None:  # minidl's own engine is python
            continue
        milliseconds = [1000 * getattr(time, side)[part] for time in found]
        axes.plot(
            [time.size for time in found],
            milliseconds,
            color=SIDE_COLORS[side],
            linestyle=SIDE_LINES[side],
            marker=SIDE_MARKERS[side],
            markersize=7,
            linewidth=2,
            label=SIDE_NAMES[side],
        )
    axes.set(xscale="log", yscale="log")
