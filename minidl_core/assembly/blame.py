"""Which layer of a network an error came from."""

from __future__ import annotations

import traceback
from pathlib import Path

from minidl_core.interfaces.sequential import Sequential


def blame(error: BaseException, model: Sequential) -> str:
    """Return the layer of a chain that an error came through, with the method and the line, or an empty text.

    It is read off the error's traceback, so that passes need not watch for errors.
    """
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        layer = frame.f_locals.get("self")
        places = [place for place, known in enumerate(model.layers, 1) if known is layer]
        if places:
            where = f"line {line} of {Path(frame.f_code.co_filename).name}"
            return f"{model[places[0] - 1].label()} at position {places[0]} failed in {frame.f_code.co_name}, {where}"
    return ""
