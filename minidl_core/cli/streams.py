"""Standard output and error that never end the work whose results they show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}


class ResilientStream:
    """A stream that is written to as before, until that fails; from then on what is written is thrown away.

    A reader that has seen enough (`| head`) is no failure.

    Attributes:
        failure: why not all could be written, where that is one.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Write out what is kept back."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if not isinstance(error, BrokenPipeError):
            self.failure = self.failure or error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())  # so that what is kept back, and what others write, goes there too
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        """Return whatever else a stream has."""
        return getattr(self._stream, name)


@contextmanager
def resilient_streams() -> Iterator[ResilientStream]:
    """While entered, let nothing that befalls standard output and error end the program; yield standard output.

    Standard streams that are closed are opened on nothing: else the next file that is opened would be taken for them,
    and what is printed written into it. Signs that an encoding lacks are written as escapes.
    """
    _open_closed_streams()
    before = sys.stdout, sys.stderr
    for stream in before:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    output, errors = map(ResilientStream, before)
    sys.stdout, sys.stderr = cast(TextIO, output), cast(TextIO, errors)
    try:
        yield output
    finally:
        output.flush()
        errors.flush()
        sys.stdout, sys.stderr = before


def _open_closed_streams() -> None:
    for name, number in STREAMS.items():
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "r" if name == "stdin" else "w", closefd=False))
