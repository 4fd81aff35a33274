"""Reading by polars: what it cannot read is None, and its panics print nothing."""

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
    """Return what one of polars' readers reads, or None where it fails."""
    try:
        with _panics_silenced():
            return read(source, **settings)
    except (PolarsError, PanicException):
        return None


@contextmanager
def _panics_silenced() -> Iterator[None]:
    """Discard what is printed to stderr if the block panics; else print it afterwards.

    A panic of Rust prints to the file descriptor itself, from any thread, before Python sees an exception.
    """
    try:
        kept = os.dup(STDERR)
    except OSError:  # there is no stderr to keep clean
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
