"""The versions of all that took part in a run."""

from __future__ import annotations

import platform
from collections.abc import Iterable

import torch

from minidl_core.registry import Entry
from minidl_core.version import own_version


def versions_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the versions of minidl, torch, Python and every distribution that brought one of the parts."""
    brought = {entry.distribution: entry.version for entry in entries if entry.version}
    basis = {"minidl": own_version(), "torch": str(torch.__version__), "python": platform.python_version()}
    return basis | dict(sorted(brought.items()))
