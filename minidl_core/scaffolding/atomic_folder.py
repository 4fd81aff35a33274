"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from minidl_core.errors import ScaffoldError
from minidl_core.quoting import quoted


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write files, given by their paths in the folder, where nothing is yet.

    They are written to a temporary folder beside the place, which is then renamed.

    Raises:
        ScaffoldError: something is there, or the folder cannot be made; nothing is left behind then.
    """
    temporary = None
    try:
        _check_free(folder)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".minidl-"))
        root = temporary / folder.name  # for mkdtemp's own folder is closed to others
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        _check_free(folder)
        root.rename(folder)
    except OSError as error:
        raise ScaffoldError(f"cannot make {folder}: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _check_free(folder: Path) -> None:
    """Check that the folder can be made; a rename itself would replace an empty one."""
    if "\0" in str(folder):
        raise ScaffoldError(f"cannot make {quoted(str(folder))}: no name has a null character")
    if os.path.lexists(folder):
        raise ScaffoldError(f"{folder} is there already, and is left as it is: give another name, or move it away")
    if os.path.lexists(folder.parent) and not folder.parent.is_dir():
        raise ScaffoldError(f"cannot make {folder}: {folder.parent} is no directory")
    if not folder.parent.is_dir():
        raise ScaffoldError(f"cannot make {folder}: there is no directory {folder.parent}; make it first")
    if not os.access(folder.parent, os.W_OK | os.X_OK):
        raise ScaffoldError(f"cannot make {folder}: {folder.parent} is not writable")
