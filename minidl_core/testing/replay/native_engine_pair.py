"""The native engine, found by its name like any part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from minidl_core.assembly import make
from minidl_core.errors import MinidlError
from minidl_core.testing.check_case import NotCheckedError
from minidl_core.training.engine import Engine

NATIVE = "native"

STORE = "MINIDL_CACHE"
"""The environment variable for the folder in which engines store compiled steps."""


@contextmanager
def native_engine_pair() -> Iterator[tuple[Engine, Engine]]:
    """Return a context manager for two native engines with one empty store: one compiles, then the other loads.

    Raises:
        NotCheckedError: the engine is not installed, or cannot work on this machine.
    """
    try:
        engine: Engine = make("engine", NATIVE)
        reason = engine.unavailable()
    except MinidlError as error:
        reason = str(error)
    if reason:
        raise NotCheckedError(f"the engine {NATIVE} cannot be used: {reason}")
    with tempfile.TemporaryDirectory() as folder, _environment_variable(STORE, folder):
        yield engine, make("engine", NATIVE)


@contextmanager
def _environment_variable(name: str, value: str) -> Iterator[None]:
    """Set an environment variable for some time."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
