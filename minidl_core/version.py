"""minidl's own version."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "unknown"


@cache
def own_version() -> str:
    """Return minidl's version; `unknown` where it runs without being installed."""
    try:
        return version("minidl")
    except PackageNotFoundError:
        return UNKNOWN
