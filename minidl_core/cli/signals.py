"""Signals that ask a program to end, answered as Ctrl-C is, so that what was reached is kept."""

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
"""Seconds in which a signal that comes again is the same request: `timeout` sends it to a process and to its group."""

ENDING = [number for name in ("SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]


class TerminationRequest:
    """Which signal asked the program to end, if one did."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._last = -GRACE

    def answer(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signature of handlers
        """Interrupt what is being done."""
        now = time.monotonic()
        repeated, self._last = now - self._last < GRACE, now
        if not repeated:
            self.signal = number
            raise KeyboardInterrupt

    def status(self, status: object) -> object:
        """Return the exit status of a program that would end with `status`: of an interruption, that of its signal."""
        return 128 + self.signal if status == INTERRUPTED and self.signal is not None else status


@contextmanager
def handle_termination_signals() -> Iterator[TerminationRequest]:
    """While entered, let the signals that end a program interrupt it, unless whoever started it wants them ignored."""
    ending = TerminationRequest()
    is_main = threading.current_thread() is threading.main_thread()  # no other can set handlers
    taken = [number for number in ENDING if is_main and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, ending.answer)
    try:
        yield ending
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
