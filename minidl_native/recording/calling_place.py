"""The place in a part's own code that is being executed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

SKIPPED = {"torch", "numpy", "minidl_native", *sys.stdlib_module_names}
"""Packages whose code is called by parts."""


def calling_frame(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame outside of PyTorch, numpy, the standard library and this package; None without one."""
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in SKIPPED - {"__main__"}:
        frame = frame.f_back
    return frame


def calling_place() -> str:
    """Return the line of the part that is being executed, such as `line 23 of my_layers.py`; empty if unknown."""
    frame = calling_frame(sys._getframe())  # noqa: SLF001 - as the standard library does
    return "" if frame is None else f"line {frame.f_lineno} of {Path(frame.f_code.co_filename).name}"


def is_called_by_core() -> bool:
    """Whether the code being executed is minidl's core, not that of a part."""
    frame = calling_frame(sys._getframe())  # noqa: SLF001
    return frame is not None and frame.f_globals.get("__name__", "").startswith("minidl_core.")
