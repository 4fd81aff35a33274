"""Every plugin imported, in a process apart, to see which of them are broken."""

from __future__ import annotations

import faulthandler
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from minidl_core.cli.commands import load_command
from minidl_core.hooks import load_hooks
from minidl_core.registry import Entry, PluginDistribution

TIMEOUT = 60.0
"""Seconds that a part may take to import."""

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
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very program
        assert process.stdin is not None  # noqa: S101 - both pipes were asked for
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(json.dumps({"path": sys.path, "entries": described, "timeout": timeout}))
            process.stdin.close()
            for _ in entries:
                started = time.monotonic()
                answer = process.stdout.readline()
                if not answer:
                    late = time.monotonic() - started >= timeout
                    ending = f"ends the process, with status {process.wait()}"
                    yield f"takes more than {timeout:g} seconds to import" if late else ending
                    return
                yield json.loads(answer)
        finally:
            process.kill()


def _answer(request: dict[str, Any]) -> None:
    """Import the entries of a request, write the error of each as a line of JSON, and end, whatever still runs.

    The process ends by itself where an entry takes too long, so that it never outlives the one that asks.
    """
    sys.path[:] = request["path"]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what plugins write is of no interest here
        os.dup2(silence, stream)
    for fields in request["entries"]:
        faulthandler.dump_traceback_later(request["timeout"], exit=True)
        answers.write(json.dumps(_error_of(Entry(**fields))) + "\n")
        answers.flush()
    os._exit(0)


def _error_of(entry: Entry) -> str:
    load = {"hook": load_hooks, "command": load_command}.get(entry.kind, Entry.load)
    try:
        load(entry)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        return str(error)
    return ""


if __name__ == "__main__":
    _answer(json.load(sys.stdin))
