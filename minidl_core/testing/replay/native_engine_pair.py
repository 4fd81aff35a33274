"""The native engine, found by its name like any part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minidl_core.assembly import make
from minidl_core.errors import MinidlError
from minidl_core.testing.check_case import NotCheckedError
from minidl_core.training.engine import Engine

NATIVE = "native"

STORE = "store"
"""The setting of an engine that gives the folder of its compiled steps."""


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
    part = type(engine)
    with tempfile.TemporaryDirectory() as folder:
        settings = {STORE: Path(folder)} if STORE in part.signature().parameters else {}
        yield part(**settings), part(**settings)
