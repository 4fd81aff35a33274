"""A saved network's file: whether it can be written, and written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from minidl_core.errors import SavedModelError

TEMPORARY = ".minidl-"
"""How temporary names begin; they do not hold the file's, which may be as long as names may be."""


def check_save_path(path: str | Path) -> None:
    """Check that a file can be written there, before work is done that would be lost.

    Raises:
        SavedModelError: it cannot.
    """
    try:
        problem = _problem(str(path), real_path(path))
    except (OSError, ValueError) as error:  # a name that no file can have: too long, or with a nul
        problem = str(getattr(error, "strerror", None) or error)
    if problem:
        raise SavedModelError(f"cannot save to {path}: {problem}")


def real_path(path: str | Path) -> Path:
    """Return where a file really is, links followed.

    Raises:
        ValueError: no path is written so.
    """
    return Path(os.path.realpath(path))


def write(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: under a temporary name beside its place, then renamed.

    Raises:
        SavedModelError: it cannot be written.
    """
    check_save_path(path)
    place = real_path(path)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=TEMPORARY, delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(place)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SavedModelError(f"cannot save to {path}: {error.strerror or error}") from None
        raise


def _problem(written: str, place: Path) -> str:
    """Return why no network can be saved to a place, and what to do, or an empty text."""
    if any("\ud800" <= sign <= "\udfff" for sign in written):  # how Python shows bytes that are no text
        return "its name is not UTF-8, in which safetensors files are named; give another"
    if place.is_dir() or written.endswith(os.sep):
        return "it is a directory; add a file name, such as model.safetensors"
    if not place.parent.is_dir():
        folder = Path(written).parent
        is_there = os.path.lexists(place.parent)
        return f"{folder} is no directory" if is_there else f"there is no directory {folder}; make it first"
    with suppress(FileNotFoundError):
        if problem := _problem_of_file(place, place.lstat().st_mode):
            return problem
    return _problem_of_folder(place.parent)


def _problem_of_file(place: Path, mode: int) -> str:
    """Return why what is there cannot be replaced."""
    if stat.S_ISLNK(mode):  # links are followed by now
        return "it is a loop of links"
    if not stat.S_ISREG(mode):  # opening a pipe would wait for whoever writes into it
        return "it is no regular file; give another name"
    try:
        os.close(os.open(place, os.O_RDWR | os.O_CLOEXEC))  # which an immutable and an append-only file fail
    except OSError as error:
        return f"it is there, and cannot be replaced ({error.strerror or error}); give another name"
    return "" if _is_saved_model(place) else "it is there, and no network saved by minidl; give another name"


def _is_saved_model(path: Path) -> bool:
    """Return whether a file is one that `save` wrote, and so may be replaced."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only needed here

    try:
        with safe_open(path, framework="pt") as file:
            return "minidl" in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def _problem_of_folder(folder: Path) -> str:
    """Return why no file can be made in a folder: permissions alone do not tell all that may be in the way."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=TEMPORARY):
            return ""
    except OSError as error:
        return f"{folder} is not writable ({error.strerror or error})"


def _umask() -> int:
    """Return the permissions that new files shall not have; they can only be read by setting them."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
