"""Find broken plugins by importing all of them in a separate process, and engines that cannot work here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from tempfile import TemporaryFile
from threading import Timer
from typing import TYPE_CHECKING, Any, NamedTuple

from minidl_core.cli.command_group import load_command
from minidl_core.errors import MinidlError, describe_exception
from minidl_core.hooks import load_hooks
from minidl_core.registry import Entry, PluginDistribution

if TYPE_CHECKING:
    from minidl_core.training.engine import Engine

TIMEOUT = 60.0
"""Seconds a part may take to import."""

TOO_LONG = 124
"""The exit status of the separate process if a part takes too long."""

FIELDS = ("kind", "name", "distribution", "version", "target")
"""The fields of an entry that are sent to the separate process."""


class Answer(NamedTuple):
    """The findings of the separate process on an entry.

    Attributes:
        error: why it is broken; empty if it is not.
        notes: remarks on it.
    """

    error: str
    notes: Sequence[str] = ()


def examine(distributions: Iterable[PluginDistribution], timeout: float = TIMEOUT) -> list[PluginDistribution]:
    """Import all parts in a separate process; return the distributions with broken parts marked, and engines' remarks.

    One process imports all parts in turn, because starting a process takes most of the time. A part that ends the
    process or takes too long is broken; another process then imports the remaining parts.

    Args:
        distributions: the distributions to examine; parts that are not usable are skipped.
        timeout: seconds a part may take to import.
    """
    examined = list(distributions)
    left = [entry for one in examined for entry in one.entries if entry.is_usable]
    answers: dict[Entry, Answer] = {}
    while left:
        found = list(_import_in_subprocess(left, timeout))
        answers |= zip(left, found, strict=False)
        left = left[len(found) :]
    return [_with_answers(one, answers) for one in examined]


def _with_answers(distribution: PluginDistribution, answers: dict[Entry, Answer]) -> PluginDistribution:
    """Return a distribution with its broken parts marked, and the notes of its parts."""
    entries, notes = [], [*distribution.notes]
    for entry in distribution.entries:
        answer = answers.get(entry, Answer(""))
        entries.append(replace(entry, status="broken", reason=answer.error) if answer.error else entry)
        notes += [f"{entry.kind} {entry.name}: {note}" for note in answer.notes]
    return replace(distribution, entries=tuple(entries), notes=tuple(notes))


def _import_in_subprocess(entries: Sequence[Entry], timeout: float) -> Iterator[Answer]:
    """Yield the answer on each entry, until the process ends."""
    described = [{key: getattr(entry, key) for key in FIELDS} for entry in entries]
    command = [sys.executable, "-P", "-m", "minidl_core.doctor"]
    # The answers go to a file because a process that a plugin leaves running could keep a pipe open.
    with TemporaryFile("w+", encoding="utf-8") as answers:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=answers, text=True)  # noqa: S603 - this very program
        try:
            process.communicate(json.dumps({"path": sys.path, "entries": described, "timeout": timeout}))
        finally:
            process.kill()
        answers.seek(0)
        found = [Answer(*json.loads(line)) for line in answers]
    yield from found
    if len(found) < len(entries):
        late = process.returncode == TOO_LONG
        ending = f"ends the process with status {process.returncode}"
        yield Answer(f"takes more than {timeout:g} seconds to import" if late else ending)


def _answer(request: dict[str, Any]) -> None:
    """Import the entries of a request, write the answer on each as a line of JSON, and exit even if threads still run.

    A timer ends the process if an entry takes too long, so that it never outlives its parent.
    """
    sys.path[:] = request["path"]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    process = os.getpid()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # discard the output of plugins
        os.dup2(silence, stream)
    for fields in request["entries"]:
        watch = Timer(request["timeout"], os._exit, (TOO_LONG,))
        watch.start()
        answer = _examine_here(Entry(**fields))
        watch.cancel()
        if os.getpid() != process:  # a plugin has forked, and this is the child
            os._exit(0)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    os._exit(0)


def _examine_here(entry: Entry) -> Answer:
    load = {"hook": load_hooks, "command": load_command}.get(entry.kind, Entry.load)
    try:
        part = load(entry)
        return Answer("", _notes_of_engine(part) if entry.kind == "engine" else ())
    except BaseException as error:  # noqa: BLE001 - any exception is the answer
        return Answer(str(error) if isinstance(error, MinidlError) else describe_exception(error))


def _notes_of_engine(engine: type[Engine]) -> list[str]:
    """Return why an engine cannot work here, or its remarks."""
    reason = engine.unavailable()
    return [f"cannot work here: {reason}"] if reason else [str(remark) for remark in engine.remarks()]


if __name__ == "__main__":
    _answer(json.load(sys.stdin))
