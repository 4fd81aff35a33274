"""Whether a distribution called minidl is the running one."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path

from minidl_core.distribution_metadata.direct_url import editable_folder


@cache
def running_folder() -> str:
    """Return the folder of the running minidl's packages."""
    return os.path.realpath(Path(__file__).parents[2])


def is_running(metadata: Distribution) -> bool:
    """Return whether the running packages belong to a distribution: next to its metadata, or editable."""
    folders = str(metadata.locate_file("")), editable_folder(metadata)
    return any(folder and os.path.realpath(folder) == running_folder() for folder in folders)
