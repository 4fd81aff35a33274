"""Ctrl-C told apart from a KeyboardInterrupt that a plugin raises of its own accord."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class InterruptWatch:
    """While it is entered, notes whether the user pressed Ctrl-C.

    Python delivers Ctrl-C to the main thread alone: in any other, the code that runs there raised the interruption.
    """

    pressed = False

    def __enter__(self) -> Self:
        """Begin to watch, unless somebody else handles the signal."""
        main = threading.current_thread() is threading.main_thread()
        self._watches = main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if self._watches:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signal back."""
        if self._watches:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.pressed = True
        signal.default_int_handler(number, frame)
