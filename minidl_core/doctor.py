"""Every plugin imported, in a process apart, to see which of them are broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from tempfile import TemporaryFile
from threading import Timer
from typing import Any

from minidl_core.cli.commands import load_command
from minidl_core.errors import MinidlError, describe_exception
from minidl_core.hooks import load_hooks
from minidl_core.registry import Entry, PluginDistribution

TIMEOUT = 60.0
"""Seconds that a part may take to import."""

TOO_LONG = 124
"""The status with which the process apart ends where a part takes too long."""

FIELDS = ("kind", "name", "distribution", "version", "target")
"""What the process apart is told of an entry."""


def examine(distributions: Iterable[PluginDistribution], timeout: float = TIMEOUT) -> list[PluginDistribution]:
    """Import all parts in a process apart, and return the distributions with the status `broken` where it is so.

    One process imports them all, one after another, for most of the time goes into starting it. A part that ends the
    process, or takes too long, is broken; the others go on in another process.

    Args:
        distributions: what to examine; parts that are not usable are passed over.
        timeout: seconds that a part may take.
    """
    examined = list(distributions)
    left = [entry for one in examined for entry in one.entries if entry.is_usable]
    broken: dict[Entry, Entry] = {}
    while left:
        errors = list(_import_apart(left, timeout))
        for entry, error in zip(left, errors, strict=False):
            if error:
                broken[entry] = replace(entry, status="broken", reason=error)
        left = left[len(errors) :]
    return [replace(one, entries=tuple(broken.get(entry, entry) for entry in one.entries)) for one in examined]


def _import_apart(entries: Sequence[Entry], timeout: float) -> Iterator[str]:
    """Yield the error of each entry, empty where there is none, as far as the process gets."""
    described = [{key: getattr(entry, key) for key in FIELDS} for entry in entries]
    command = [sys.executable, "-P", "-m", "minidl_core.doctor"]
    # Its answers go to a file: of a pipe, what a plugin leaves running could hold the other end open.
    with TemporaryFile("w+", encoding="utf-8") as answers:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=answers, text=True)  # noqa: S603 - this very program
        try:
            process.communicate(json.dumps({"path": sys.path, "entries": described, "timeout": timeout}))
        finally:
            process.kill()
        answers.seek(0)
        errors = [json.loads(line) for line in answers]
    yield from errors
    if len(errors) < len(entries):
        late = process.returncode == TOO_LONG
        ending = f"ends the process, with status {process.returncode}"
        yield f"takes more than {timeout:g} seconds to import" if late else ending


def _answer(request: dict[str, Any]) -> None:
    """Import the entries of a request, write the error of each as a line of JSON, and end, whatever still runs.

    The process ends by itself where an entry takes too long, so that it never outlives the one that asks.
    """
    sys.path[:] = request["path"]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    process = os.getpid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what plugins write is of no interest here
        os.dup2(silence, stream)
    for fields in request["entries"]:
        watch = Timer(request["timeout"], os._exit, (TOO_LONG,))
        watch.start()
        error = _error_of(Entry(**fields))
        watch.cancel()
        if os.getpid() != process:  # a plugin has made another process of this one, which came here too
            os._exit(0)
        answers.write(json.dumps(error) + "\n")
        answers.flush()
    os._exit(0)


def _error_of(entry: Entry) -> str:
    load = {"hook": load_hooks, "command": load_command}.get(entry.kind, Entry.load)
    try:
        load(entry)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        return str(error) if isinstance(error, MinidlError) else describe_exception(error)
    return ""


if __name__ == "__main__":
    _answer(json.load(sys.stdin))
