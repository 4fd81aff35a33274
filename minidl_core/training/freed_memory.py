"""Freed memory of large tensors that stays in the process, for those of the next training step."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

LARGE = 2**25
"""The number of bytes of a tensor from which glibc, by itself, returns its memory to the system when it is freed."""

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
"""The numbers of two settings of glibc's function `mallopt`."""

_KEEPING = {_TRIM_THRESHOLD: 2**31 - 1, _MMAP_MAX: 0}
"""Nothing is returned, up to 2 GiB at the end of the heap."""

_DEFAULTS = {_TRIM_THRESHOLD: 2**17, _MMAP_MAX: 2**16}
"""What glibc starts with."""


@contextmanager
def keeping_freed_memory() -> Iterator[None]:
    """Let large tensors take the memory of those that were freed before; without glibc, nothing changes.

    Otherwise the system clears each page of a new tensor: with gradients of 64 MiB, that takes a third of a step.
    """
    library = _glibc()
    try:
        _set(library, _KEEPING)
        yield
    finally:
        _set(library, _DEFAULTS)


def _set(library: ctypes.CDLL | None, settings: dict[int, int]) -> None:
    for setting, value in settings.items():
        if library is not None:
            library.mallopt(setting, value)


@cache
def _glibc() -> ctypes.CDLL | None:
    """Return the C library of the process if it has glibc's settings."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "gnu_get_libc_version") else None
