"""Which of several distributions called minidl is that of the minidl that runs."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path

from minidl_core.metadata.direct_url import editable_folder


@cache
def running_folder() -> str:
    """Return the folder that the running minidl's packages lie in."""
    return os.path.realpath(Path(__file__).parents[2])


def is_running(metadata: Distribution) -> bool:
    """Return whether a distribution's packages are those that run: they lie beside its metadata, or it is editable."""
    folders = str(metadata.locate_file("")), editable_folder(metadata)
    return any(folder and os.path.realpath(folder) == running_folder() for folder in folders)
