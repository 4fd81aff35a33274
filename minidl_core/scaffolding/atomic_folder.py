"""Write a folder of files completely or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from minidl_core.errors import ScaffoldError
from minidl_core.quoting import quoted


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, given by their paths in the folder, to a new folder.

    They are written to a temporary folder next to it, which is then renamed.

    Raises:
        ScaffoldError: the path exists, or the folder cannot be created; nothing is left behind.
    """
    temporary = None
    try:
        _check_free(folder)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".minidl-"))
        root = temporary / folder.name  # because other users cannot read a folder made by mkdtemp
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        _check_free(folder)
        root.rename(folder)
    except OSError as error:
        raise ScaffoldError(f"cannot create {folder}: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _check_free(folder: Path) -> None:
    """Check that the folder can be created; a rename alone would replace an empty one."""
    if "\0" in str(folder):
        raise ScaffoldError(f"cannot create {quoted(str(folder))}: a path cannot contain a null character")
    if os.path.lexists(folder):
        raise ScaffoldError(f"{folder} exists already and is not changed: choose another name or move it away")
    if os.path.lexists(folder.parent) and not folder.parent.is_dir():
        raise ScaffoldError(f"cannot create {folder}: {folder.parent} is not a directory")
    if not folder.parent.is_dir():
        raise ScaffoldError(f"cannot create {folder}: the directory {folder.parent} does not exist; create it first")
    if not os.access(folder.parent, os.W_OK | os.X_OK):
        raise ScaffoldError(f"cannot create {folder}: {folder.parent} is not writable")
