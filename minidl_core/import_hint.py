"""Hint for a plugin file that fails to import a module from its own folder."""

from __future__ import annotations

import os
import shlex
import traceback
from pathlib import Path

NO_PACKAGE = "attempted relative import with no known parent package"
"""Python's message for `from .other import name` in a file that belongs to no package."""


def import_hint(error: BaseException) -> str:
    """Return a hint if an import of a module from the importing file's own folder failed; otherwise nothing.

    A plugin file's folder is not added to the import path: any other file in it could then be imported by accident in
    place of a package that is not installed.
    """
    if not isinstance(error, ImportError) or error.__traceback__ is None:
        return ""
    frame, _ = list(traceback.walk_tb(error.__traceback__))[-1]
    importing = Path(frame.f_code.co_filename)
    folder = importing.parent
    if NO_PACKAGE in str(error):
        return f"; {importing.name} is not part of a package: import without the dot, and {_search_hint(folder)}"
    name = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or not name or not importing.is_file():
        return ""
    if not (folder / f"{name}.py").is_file() and not (folder / name).is_dir():
        return ""
    if (folder / "__init__.py").is_file():
        return f"; {name} is next to {importing.name} in a package: write 'from . import {name}'"
    return (
        f"; {name} is next to {importing.name}, a folder that Python does not search: copy the code you need, or "
        f"{_search_hint(folder)}"
    )


def _search_hint(folder: Path) -> str:
    """Return how to add a folder to the import path."""
    path = shlex.quote(str(folder))
    further = ":$PYTHONPATH" if os.environ.get("PYTHONPATH") else ""
    return (
        f"add the folder to the import path (PYTHONPATH={path}{further} minidl …, "
        f"or sys.path.append({str(folder)!r}) first)"
    )
