"""The store of compiled programs on disk."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from minidl_native.compiling.store_folder import (
    create_folder,
    is_of_another_user,
    is_writable_by_others,
    problem_of_folder,
)
from minidl_native.compiling.stored_program import StoredProgram

MOST_BYTES = 64 * 1024**2
"""The size of a store: the programs that were not used for the longest time are removed."""

SUFFIX, TEMPORARY = ".program", ".writing-"
"""The end of the names of files, and the beginning of the names of files that are being written."""

READING = ("O_RDONLY", "O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
"""How files are opened, as far as the system has it: links are not followed, and a pipe does not block."""

LEFT_BEHIND = 3600.0
"""Seconds after which a file that is being written belongs to a process that has ended."""


class Store:
    """Compiled programs in a folder that several processes use at the same time.

    A store never fails: what cannot be read is not there, and what cannot be written is compiled again next time.

    Attributes:
        folder: the folder; it is created with the first program.
        most_bytes: the size above which programs are removed.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def load(self, identity: str) -> StoredProgram | None:
        """Return the program of an identity; None if it is not there, is damaged, or others may have written it."""
        path = self._path(identity)
        try:
            if problem_of_folder(self.folder):
                return None
            written = _read_own(path, self.most_bytes)
        except (OSError, ValueError):
            return None
        program = StoredProgram.from_bytes(written, identity)
        if program is not None:
            with suppress(OSError):  # a folder that cannot be written
                os.utime(path)
        return program

    def save(self, program: StoredProgram) -> None:
        """Store a program, completely or not at all, and remove others if the store becomes too large."""
        content = program.to_bytes()
        if len(content) > self.most_bytes:
            return
        with suppress(OSError, ValueError):
            create_folder(self.folder)
            if not problem_of_folder(self.folder):
                self._write(self._path(program.identity), content)
                self._remove_least_recently_used()

    def size(self) -> int:
        """Return the bytes of all programs."""
        return sum(size for _, size, _ in self._programs())

    def problem(self) -> str:
        """Return why nothing is stored, in one sentence; empty if programs are."""
        try:
            create_folder(self.folder)
            if problem := problem_of_folder(self.folder):
                return problem
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=TEMPORARY):
                return ""
        except (OSError, ValueError) as error:
            return f"{self.folder} cannot be written: {getattr(error, 'strerror', None) or error}"

    def description(self) -> str:
        """Return where programs are stored and how large the store is, or why nothing is stored, in one sentence."""
        if problem := self.problem():
            return f"compiled programs are not stored: {problem}"
        size, most = (amount / 1024**2 for amount in (self.size(), self.most_bytes))
        return f"compiled programs are stored in {self.folder} ({size:.2f} of at most {most:.0f} MiB)"

    def _path(self, identity: str) -> Path:
        return self.folder / (hashlib.sha256(identity.encode()).hexdigest() + SUFFIX)

    def _write(self, path: Path, content: bytes) -> None:
        """Write a file under a temporary name, and rename it."""
        number, temporary = tempfile.mkstemp(dir=self.folder, prefix=TEMPORARY)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
            raise

    def _remove_least_recently_used(self) -> None:
        programs = sorted(self._programs())
        total = sum(size for _, size, _ in programs)
        for _, size, path in programs:
            if total <= self.most_bytes:
                break
            with suppress(OSError):  # another process removes it
                path.unlink()
            total -= size

    def _programs(self) -> list[tuple[float, int, Path]]:
        """Return when each program was used last, its size and its path; remove what was left half written."""
        found = []
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    status = path.lstat()
                    if path.name.endswith(SUFFIX):
                        found.append((status.st_mtime, status.st_size, path))
                    elif path.name.startswith(TEMPORARY) and time.time() - status.st_mtime > LEFT_BEHIND:
                        path.unlink()
        return found


def _read_own(path: Path, most_bytes: int) -> bytes:
    """Return the content of a regular file that only this user can have written.

    Raises:
        OSError: there is no such file.
    """
    number = os.open(path, sum(getattr(os, name, 0) for name in READING))
    with os.fdopen(number, "rb") as file:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode) or is_of_another_user(found) or is_writable_by_others(found):
            raise PermissionError(f"{path} may have been written by others")
        return file.read(most_bytes + 1)
