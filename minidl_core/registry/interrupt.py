"""Distinguish Ctrl-C from a KeyboardInterrupt that a plugin raises itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
"""Signals that ask the program to stop: Ctrl-C, a request of the system, a closed terminal."""


class InterruptWatch:
    """While entered, records whether the user or the system asked the program to stop.

    Python delivers signals to the main thread only: in other threads, an interruption was raised by the code itself.
    Previous signal handlers are still called, and watches can be nested.
    """

    requested = False

    def __enter__(self) -> Self:
        """Start watching."""
        self._before: dict[int, tuple[Callable[..., Any], Callable[..., Any]]] = {}
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if callable(handler := signal.getsignal(number)):
                    noting = self._noting(handler)
                    signal.signal(number, noting)
                    self._before[number] = handler, noting
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the previous handlers, unless the watched code has set others."""
        for number, (handler, noting) in self._before.items():
            if signal.getsignal(number) is noting:
                signal.signal(number, handler)

    def is_requested(self, error: BaseException) -> bool:
        """Return whether an exception ends the program at the request of the user or the system."""
        return self.requested and not isinstance(error, Exception)

    def _noting(self, handler: Callable[..., Any]) -> Callable[[int, FrameType | None], Any]:
        """Return a handler that records the signal and calls another handler."""

        def note(number: int, frame: FrameType | None) -> Any:
            self.requested = True
            return handler(number, frame)

        return note
