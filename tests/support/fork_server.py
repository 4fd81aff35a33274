"""A program that imports torch once, and runs other Python programs in forks of itself; `warm_python.py` starts it.

It takes the number of a socket. A request is JSON with the open files of standard input, output and error: the folder to
run in, the command and its variables. The answer is the exit status.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import socket
import sys
import threading
from pathlib import Path

IMPORTED = ("torch", "typer", "rich.console", "pydantic", "packaging.requirements")
"""What takes long to import. Not polars, whose threads do not survive a fork."""

LONGEST = 1 << 20
"""Bytes of the longest request."""


def serve(connection: socket.socket) -> None:
    """Answer requests until the other side closes; in a fork, return once it is prepared for the program."""
    while True:
        message, files, _, _ = socket.recv_fds(connection, LONGEST, 3)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            connection.close()
            prepare(json.loads(message), files)
            return
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        connection.send(b"%d" % os.waitstatus_to_exitcode(status))


def prepare(request: dict, files: list[int]) -> None:
    """Make this process what it would be, had Python been started in it to run the program."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = request["command"]
    further = [str(Path(folder).absolute()) for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    sys.path[:] = dict.fromkeys([str(Path(sys.argv[0]).parent), *further, *sys.path[1:]])


def run(program: str) -> int:
    """Run a program to its end and return its exit status, as Python does."""
    status: object = None
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit as error:
        status = error.code
    except BaseException:  # noqa: BLE001 - Python prints whatever it is
        sys.excepthook(*sys.exc_info())
        status = 1
    if not isinstance(status, int | None):
        print(status, file=sys.stderr)  # noqa: T201 - as Python does
        status = 1
    return int(status or 0)


def end(status: int) -> None:
    """End the process without tearing torch down, which takes as long as all the rest."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    for module in IMPORTED:
        importlib.import_module(module)
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
    end(run(sys.argv[0]))
