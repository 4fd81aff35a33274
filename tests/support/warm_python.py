"""Python programs started in a fraction of the time: in forks of a process that has imported torch already."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import TextIO

Completed = subprocess.CompletedProcess[str]

SERVER = Path(__file__).with_name("fork_server.py")

READ_AT_START = ("PYTHON", "LANG", "LC_", "OMP_", "MKL_", "TORCH_")
"""How variables begin that Python and torch read when they start: with others than this process has, nothing is saved."""


class WarmPython:
    """Runs Python programs as `subprocess.run` does, but for the start of Python and torch.

    A program sees the arguments, variables, folder, import path and open files that it would see in a process of its
    own. It shares with the other programs what is decided when Python starts and torch is imported: the seed of
    hashes, and what torch reads while it is imported. With another PYTHONHASHSEED it starts in a process of its own.
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._connection, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._server = subprocess.Popen(
            [sys.executable, SERVER, str(theirs.fileno())],
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()

    def run(
        self, command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], timeout: float = 120
    ) -> Completed:
        """Run a Python script with arguments, and return its status and what it printed."""
        words = [str(word) for word in command]
        if _at_start(env) != _at_start(os.environ):
            return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=timeout)
        request = json.dumps({"command": words, "cwd": str(cwd), "env": dict(env)}).encode()
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err, Path(os.devnull).open() as nothing:
            socket.send_fds(self._connection, [request], [file.fileno() for file in (nothing, out, err)])
            status = self._answer(words, timeout)
            return subprocess.CompletedProcess(words, status, *(_text(file) for file in (out, err)))

    def close(self) -> None:
        """End the process that is forked."""
        self._connection.close()
        self._server.wait()

    def _answer(self, words: list[str], timeout: float) -> int:
        self._connection.settimeout(timeout)
        try:
            return int(self._connection.recv(100))
        except TimeoutError:
            os.killpg(self._server.pid, signal.SIGKILL)
            self.close()
            self._start()  # later programs run all the same
            raise subprocess.TimeoutExpired(words, timeout) from None


def _text(file: TextIO) -> str:
    file.seek(0)
    return file.read()


def _at_start(variables: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in variables.items() if key.startswith(READ_AT_START) and key != "PYTHONPATH"}
