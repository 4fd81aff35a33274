"""Load a Python file that defines parts; a file runs only if the user names it."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from minidl_core.errors import InputError, PluginError, describe_exception
from minidl_core.hooks import implementations
from minidl_core.registry import converting_errors, default_registry, kind_of, register


def load_file(path: str | Path) -> None:
    """Run a Python file and register the parts that it defines.

    Parts are the file's public classes that derive from an interface, each under its own name (`BatchNorm` as
    `batch_norm`) unless the file registers it under another, and its hook implementations, as functions or as methods
    of a class. A file that is already loaded runs again only if it has changed.

    Raises:
        InputError: the file does not exist or defines no part.
        ConflictError: another file defines a part of the same name.
        PluginError: the file raised an exception.
    """
    source = Path(os.path.realpath(path)) if os.path.isfile(path) else Path()  # noqa: PTH113 - they never raise
    if source.suffix != ".py":
        raise InputError(f"there is no plugin file {path}: give the path of a Python file (.py) that defines parts")
    try:
        registry, content = default_registry(), source.read_bytes()
    except OSError as error:
        raise InputError(f"the plugin file {path} cannot be read: {error.strerror or error}") from None
    if registry.files.get(source) == content:
        return
    module = _run(path, source, content)
    if not list(_parts(module)):
        classes = [name for name, value in vars(module).items() if isinstance(value, type) and not name.startswith("_")]
        found = f" ({', '.join(classes)} derive from none of minidl's interfaces)" if classes else ""
        raise InputError(
            f"the plugin file {path} defines no part{found}: write a class that derives from minidl.Module, for example"
        )
    for kind, label, part in _parts(module):
        if kind == "hook":
            registry.register(kind, label, part)
        elif registry.entry_of(kind, part) is None:
            register(part)
    registry.files[source] = content


def _run(path: str | Path, source: Path, content: bytes) -> ModuleType:
    """Run the file as a module with a unique name; its output goes to stderr.

    It is compiled from its text because Python's cache misses a change within a second that keeps the size.
    """
    place = hashlib.sha256(bytes(source)).hexdigest()[:12]
    name = f"minidl_file_{re.sub(r'[^0-9A-Za-z]', '_', source.stem)}_{place}"
    default_registry().unregister_module(name)
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(source)

    def failed(error: BaseException) -> PluginError:
        return PluginError(f"the plugin file {path} failed{_where(error, source)}: {describe_exception(error)}")

    try:
        with converting_errors(failed, passing=()), redirect_stdout(sys.stderr):
            exec(compile(content, source, "exec"), vars(module))  # noqa: S102 - the user named this file
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _where(error: BaseException, source: Path) -> str:
    """Return the last line of the file in the traceback."""
    if isinstance(error, SyntaxError):  # its message has the line
        return ""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(source)]
    return f" in line {lines[-1]}" if lines else ""


def _parts(module: ModuleType) -> Iterator[tuple[str, str, Any]]:
    """Yield kind, name and object of each part that a module defines itself."""
    if implementations(module):
        yield "hook", Path(str(module.__file__)).stem, module
    for name, value in vars(module).items():
        if name.startswith("_") or not isinstance(value, type) or value.__module__ != module.__name__:
            continue
        kind = kind_of(value)
        if kind is not None:
            yield kind.name, name, value
        elif implementations(value):
            yield "hook", name, value
