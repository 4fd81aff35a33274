"""Where an error was raised: the part, its method and the line."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

from minidl_core.assembly.part_names import part_names
from minidl_core.errors import PluginError, describe_exception
from minidl_core.interfaces.component import Component
from minidl_core.registry import converting_errors


def locating_errors(*parts: Component) -> AbstractContextManager[None]:
    """Return a context manager that raises what a part raises as an error that names the part, method and line.

    Ctrl-C and minidl's own errors pass unchanged, as do errors that came through none of the parts.

    Raises:
        PluginError: one of the parts, or a layer of one, failed.
    """
    return converting_errors(lambda error: locate_error(error, parts))


def locate_error(error: BaseException, parts: Iterable[Component]) -> PluginError | None:
    """Return an error that names the part, method and line that an error came through; None if it was no part."""
    where = error_location(error, parts)
    return PluginError(f"{where}: {describe_exception(error)}") if where else None


def error_location(error: BaseException, parts: Iterable[Component]) -> str:
    """Return the part, method and line that an error came through, or an empty text.

    It is read from the traceback, so that steps of training need no error handling of their own.
    """
    named = part_names(parts)
    calls = [(_called_on(frame), frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    passed = [call for call in calls if call[0] in named]
    if not passed:
        return error_location(error.__cause__, parts) if error.__cause__ is not None else ""
    part, code, line = passed[-1]
    method = next(one.co_name for called_on, one, _ in passed if called_on == part)
    return f"{named[part]} failed in {method}, line {line} of {Path(code.co_filename).name}"


def _called_on(frame: FrameType) -> int:
    """Return the `id` of the object whose method runs in a frame, or 0 for a function."""
    code = frame.f_code
    first = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    return id(first) if hasattr(type(first), code.co_name) else 0
