"""The versions of minidl and of the distributions that a run used."""

from __future__ import annotations

import platform
from collections.abc import Iterable

import torch

from minidl_core.own_version import own_version
from minidl_core.registry import Entry


def versions_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the versions of minidl, torch, Python and every distribution that provides one of the parts."""
    provided = {entry.distribution: entry.version for entry in entries if entry.version}
    basis = {"minidl": own_version(), "torch": str(torch.__version__), "python": platform.python_version()}
    return basis | dict(sorted(provided.items()))
