"""Files of saved networks: checked before training, and written completely or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from minidl_core.errors import SavedModelError

TEMPORARY = ".minidl-"
"""Prefix of temporary names; they do not contain the file's name, which may have the maximal length."""


def check_save_path(path: str | Path) -> None:
    """Check before training that a network can be saved to a path.

    Raises:
        SavedModelError: it cannot; the message says why.
    """
    try:
        problem = _problem(str(path), real_path(path))
    except (OSError, ValueError) as error:  # an impossible name: too long, or with a null character
        problem = str(getattr(error, "strerror", None) or error)
    if problem:
        raise SavedModelError(f"cannot save to {path}: {problem}")


def real_path(path: str | Path) -> Path:
    """Return the path of a file with all symbolic links resolved.

    Raises:
        ValueError: it is not a valid path.
    """
    return Path(os.path.realpath(path))


def write(path: str | Path, content: bytes) -> None:
    """Write a file completely or not at all: to a temporary file in the same folder, which is then renamed.

    Raises:
        SavedModelError: it cannot be written.
    """
    check_save_path(path)
    target = real_path(path)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=TEMPORARY, delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise SavedModelError(f"cannot save to {path}: {error.strerror or error}") from None
        raise


def _problem(written: str, target: Path) -> str:
    """Return why a network cannot be saved to a path and how to fix it, or an empty text."""
    if any("\ud800" <= sign <= "\udfff" for sign in written):  # how Python represents undecodable bytes
        return "its name is not valid UTF-8; choose another name"
    if target.is_dir() or written.endswith(os.sep):
        return "it is a directory; add a file name, such as model.safetensors"
    if not target.parent.is_dir():
        folder = Path(written).parent
        is_there = os.path.lexists(target.parent)
        return f"{folder} is not a directory" if is_there else f"there is no directory {folder}; create it first"
    with suppress(FileNotFoundError):
        if problem := _problem_of_file(target, target.lstat().st_mode):
            return problem
    return _problem_of_folder(target.parent)


def _problem_of_file(target: Path, mode: int) -> str:
    """Return why the existing file cannot be replaced, or an empty text."""
    if stat.S_ISLNK(mode):  # links have been resolved
        return "it is a loop of links"
    if not stat.S_ISREG(mode):  # opening a pipe would block
        return "it is not a regular file; choose another name"
    try:
        os.close(os.open(target, os.O_RDWR | os.O_CLOEXEC))  # fails for an immutable or append-only file
    except OSError as error:
        return f"it exists and cannot be replaced ({error.strerror or error}); choose another name"
    return "" if _is_saved_model(target) else "it exists and is not a network saved by minidl; choose another name"


def _is_saved_model(path: Path) -> bool:
    """Whether a file was written by `save` and may be replaced."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only needed here

    try:
        with safe_open(path, framework="pt") as file:
            return "minidl" in (file.metadata() or {})
    except (SafetensorError, OSError):
        return False


def _problem_of_folder(folder: Path) -> str:
    """Return why no file can be created in a folder, or an empty text; tried because permissions are not enough."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=TEMPORARY):
            return ""
    except OSError as error:
        return f"{folder} is not writable ({error.strerror or error})"


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
