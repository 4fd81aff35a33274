"""Distinguish Ctrl-C from a KeyboardInterrupt that a plugin raises itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, ClassVar, Self

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
"""Signals that ask the program to stop: Ctrl-C, a request of the system, a closed terminal."""


class InterruptWatch:
    """While entered, records whether the user or the system asked the program to stop.

    Python delivers signals to the main thread only: in other threads, an interruption was raised by the code itself.
    Previous signal handlers are still called. Watches can be nested; inner ones are noted by the handlers of the outer,
    because setting handlers takes longer than the loading of a part.
    """

    requested = False
    _entered: ClassVar[list[InterruptWatch]] = []

    def __enter__(self) -> Self:
        """Start watching."""
        self._before: dict[int, tuple[Callable[..., Any], Callable[..., Any]]] = {}
        if threading.current_thread() is threading.main_thread():
            if not any(watch._is_installed() for watch in self._entered[:1]):  # noqa: SLF001 - same class
                self._install()
            self._entered.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the previous handlers, unless the watched code has set others."""
        if self in self._entered:
            self._entered.remove(self)
        for number, (handler, noting) in self._before.items():
            if signal.getsignal(number) is noting:
                signal.signal(number, handler)

    def is_requested(self, error: BaseException) -> bool:
        """Return whether an exception ends the program at the request of the user or the system."""
        return self.requested and not isinstance(error, Exception)

    def _install(self) -> None:
        """Install handlers that note signals."""
        for number in SIGNALS:
            if callable(handler := signal.getsignal(number)):
                noting = self._noting(handler)
                signal.signal(number, noting)
                self._before[number] = handler, noting

    def _is_installed(self) -> bool:
        """Whether the watched code has left the handler of the first signal in place, usually Ctrl-C."""
        number = next(iter(self._before), None)
        return number is not None and signal.getsignal(number) is self._before[number][1]

    def _noting(self, handler: Callable[..., Any]) -> Callable[[int, FrameType | None], Any]:
        """Return a handler that records the signal in all watches and calls another handler."""

        def note(number: int, frame: FrameType | None) -> Any:
            for watch in self._entered:
                watch.requested = True
            return handler(number, frame)

        return note
