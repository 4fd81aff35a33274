"""Handle termination signals like Ctrl-C, so that partial results are kept."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
"""The exit status after Ctrl-C."""

GRACE = 1.0
"""Seconds within which a repeated signal is the same request: `timeout` signals a process and its group."""

TERMINATION_SIGNALS = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]


class TerminationRequest:
    """Records the signal that asked the program to end, if any."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._last = -GRACE

    def answer(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of handlers
        """Raise a KeyboardInterrupt, except for a repeated signal."""
        now = time.monotonic()
        repeated, self._last = now - self._last < GRACE, now
        if not repeated:
            self.signal = number
            raise KeyboardInterrupt

    def status(self, status: object) -> object:
        """Return the exit status: that of the signal after an interruption, otherwise `status`."""
        return 128 + self.signal if status == INTERRUPTED and self.signal is not None else status


@contextmanager
def handle_termination_signals() -> Iterator[TerminationRequest]:
    """While entered, termination signals interrupt the program, unless its parent process ignores them."""
    request = TerminationRequest()
    is_main = threading.current_thread() is threading.main_thread()  # only the main thread can set handlers
    taken = [number for number in TERMINATION_SIGNALS if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, request.answer)
    try:
        yield request
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
