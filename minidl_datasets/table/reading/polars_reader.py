"""Calls the readers of polars, without their errors and without what their panics print."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from polars.exceptions import PanicException, PolarsError

STDERR = 2


def read_with_polars(read: Callable[..., pl.DataFrame], source: Any, **settings: Any) -> pl.DataFrame | None:
    """Return the result of one of polars' readers, or None if it fails."""
    try:
        with _panics_silenced():
            return read(source, **settings)
    except (PolarsError, PanicException):
        return None


@contextmanager
def _panics_silenced() -> Iterator[None]:
    """Discard output to stderr if the block panics; otherwise print it afterwards.

    A panic of Rust prints to the file descriptor itself, from any thread, before Python sees an exception.
    """
    try:
        kept = os.dup(STDERR)
    except OSError:  # without stderr there is nothing to discard
        yield
        return
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), STDERR)
        try:
            yield
        except PanicException:
            printed.truncate(0)
            raise
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
            printed.seek(0)
            if text := printed.read():
                os.write(STDERR, text)
