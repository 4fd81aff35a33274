"""The style of the figures: settings of matplotlib, colors, lines and markers."""

from __future__ import annotations

from typing import Any

STYLE: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 14,
    "font.size": 14,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.fontsize": 13,
    "legend.framealpha": 0.9,
    "savefig.dpi": 120,
    "svg.hashsalt": "minidl",
}
"""Settings of matplotlib; text stays readable at half the size."""

SIDE_NAMES = {"minidl": "minidl", "python": "minidl in Python", "torch": "PyTorch"}

SIDE_COLORS = {"minidl": "#0072B2", "python": "#009E73", "torch": "#D55E00"}
"""Blue, green and vermilion of the palette of Okabe and Ito, for readers with color blindness."""

SIDE_LINES = {"minidl": "-", "python": ":", "torch": (0, (4, 2))}

SIDE_MARKERS = {"minidl": "o", "python": "^", "torch": "s"}

CLASS_COLORS = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#000000")
"""The palette's colors for classes; they repeat after eight."""

CLASS_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
