"""Ctrl-C told apart from a KeyboardInterrupt that a plugin raises of its own accord."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]
"""What asks a program to stop: Ctrl-C, the system, and a terminal that is closed."""


class InterruptWatch:
    """While it is entered, notes whether the user, or the system, asked the program to stop.

    Python delivers signals to the main thread alone: in any other, the code that runs there raised the interruption.
    What handled a signal before still does; a watch may be entered inside another.
    """

    requested = False

    def __enter__(self) -> Self:
        """Begin to watch."""
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
        """Give the signals back, unless the code that was watched has given them to somebody else."""
        for number, (handler, noting) in self._before.items():
            if signal.getsignal(number) is noting:
                signal.signal(number, handler)

    def is_requested(self, error: BaseException) -> bool:
        """Whether an error ends the program because the user or the system asked for it."""
        return self.requested and not isinstance(error, Exception)

    def _noting(self, handler: Callable[..., Any]) -> Callable[[int, FrameType | None], Any]:
        """Return a handler that notes the signal before it does what another does."""

        def note(number: int, frame: FrameType | None) -> Any:
            self.requested = True
            return handler(number, frame)

        return note
