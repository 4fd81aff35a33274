"""Programs run in a terminal of a width."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from pathlib import Path


class Terminal:
    """A program in a pseudo-terminal, with what it writes there."""

    def __init__(self, command: list[str], folder: Path, width: int = 80, **environment: str) -> None:
        self.text = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        plain = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES", "NO_COLOR"}}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=plain | {"TERM": "xterm-256color"} | environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one call of the system, before the program runs
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: str) -> None:
        """Type keys; `\\x03` is Ctrl-C."""
        os.write(self._master, keys.encode())

    def wait(self) -> int:
        """Return the exit status, once the program has ended and all is read."""
        status = self.process.wait(timeout=120)
        self._reader.join(timeout=10)
        os.close(self._master)
        return status

    def _read(self) -> None:
        pending = b""
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the program has ended
                return
            if not data:
                return
            pending += data
            whole = pending.decode(errors="ignore")
            pending = b"" if whole.encode() == pending else pending[len(whole.encode()) :]
            self.text += whole


def _take_terminal() -> None:
    """Make stdin the controlling terminal, so that Ctrl-C becomes a signal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
