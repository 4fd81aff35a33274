"""The folder of stored programs: machine code is loaded only from where nobody else can write."""

from __future__ import annotations

import os
import stat
from pathlib import Path

WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def store_folder() -> Path:
    """Return the folder: `native` in `MINIDL_CACHE`, by default in the user's folder for caches."""
    if named := os.environ.get("MINIDL_CACHE"):
        return Path(named) / "native"
    from platformdirs import user_cache_path  # noqa: PLC0415 - not needed if the environment names the folder

    return user_cache_path("minidl", appauthor=False) / "native"


def create_folder(folder: Path) -> None:
    """Create a folder for its owner alone, if it does not exist.

    Raises:
        OSError: it cannot be created.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def problem_of_folder(folder: Path) -> str:
    """Return why programs in a folder must not be trusted, in one sentence; empty if they can be, or there is none.

    Raises:
        OSError: it cannot be examined.
    """
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return ""
    if not stat.S_ISDIR(found.st_mode):
        return f"{folder} is not a directory: remove it"
    if is_of_another_user(found):
        return f"{folder} belongs to another user: remove it, or set MINIDL_CACHE to a folder of your own"
    return f"{folder} can be written by other users: chmod 700 {folder}" if is_writable_by_others(found) else ""


def is_of_another_user(found: os.stat_result) -> bool:
    """Whether a file belongs to somebody else; never where files have no owners, as on Windows."""
    return hasattr(os, "geteuid") and found.st_uid != os.geteuid()


def is_writable_by_others(found: os.stat_result) -> bool:
    """Whether somebody else may write a file; never where files have no such modes, as on Windows."""
    return os.name == "posix" and bool(found.st_mode & WRITABLE_BY_OTHERS)
