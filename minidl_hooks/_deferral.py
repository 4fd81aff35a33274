"""Defers signals while code runs that must not be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
"""Signals that may interrupt the program."""


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer signals that interrupt the program until the block ends, then handle them.

    In other threads than the main one nothing is deferred, because Python handles signals only in the main thread.
    """
    is_main = threading.current_thread() is threading.main_thread()
    handlers = {number: handler for number in SIGNALS if is_main and callable(handler := signal.getsignal(number))}
    deferred: list[tuple[int, FrameType | None]] = []
    holding = True

    def hold(number: int, frame: FrameType | None) -> None:
        if holding:
            deferred.append((number, frame))
        else:
            handlers[number](number, frame)

    try:
        for number in handlers:
            signal.signal(number, hold)
        yield
    finally:
        holding = False  # from here on, a signal interrupts even if its handler is not restored yet
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number, frame in deferred:
            handlers[number](number, frame)
