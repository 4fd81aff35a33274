"""Waiting for what a program does, rather than for a time."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

LONGEST = 120.0
"""Seconds after which a program is stuck."""


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Return once a program has made a file.

    Raises:
        TimeoutError: it has ended or is stuck without making the file.
    """
    last = time.monotonic() + LONGEST
    while not path.exists():
        if process.poll() is not None or time.monotonic() > last:
            process.kill()
            raise TimeoutError(f"{path} was not made: {process.communicate()}")
        time.sleep(0.02)
