"""What to do where a file cannot import one that lies beside it."""

from __future__ import annotations

import os
import shlex
import traceback
from pathlib import Path

NO_PACKAGE = "attempted relative import with no known parent package"
"""What Python says of `from .other import name` in a file that is run by itself."""


def import_hint(error: BaseException) -> str:
    """Return a clause that says how a file can import one beside it, where that is what failed; else nothing.

    Python looks for modules on the import path alone, and a plugin file's folder is not put there: whatever else lies
    in it could then be imported by anybody under the name of something that is not installed.
    """
    if not isinstance(error, ImportError) or error.__traceback__ is None:
        return ""
    frame, _ = list(traceback.walk_tb(error.__traceback__))[-1]
    importing = Path(frame.f_code.co_filename)
    folder = importing.parent
    if NO_PACKAGE in str(error):
        return f"; {importing.name} is part of no package: import without the dot, and {_way(folder)}"
    name = (error.name or "").partition(".")[0]
    if not isinstance(error, ModuleNotFoundError) or not name or not importing.is_file():
        return ""
    if not (folder / f"{name}.py").is_file() and not (folder / name).is_dir():
        return ""
    if (folder / "__init__.py").is_file():
        return f"; {name} lies beside {importing.name} in a package: write 'from . import {name}'"
    return f"; {name} lies beside {importing.name}, where imports do not look: copy what is needed, or {_way(folder)}"


def _way(folder: Path) -> str:
    """Return how Python is made to look for modules in a folder."""
    path = shlex.quote(str(folder))
    further = ":$PYTHONPATH" if os.environ.get("PYTHONPATH") else ""
    return f"let Python look there (PYTHONPATH={path}{further} minidl …, or sys.path.append({str(folder)!r}) before)"
