"""Load a package's public names when they are first used."""

from __future__ import annotations

import os.path
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from pathlib import Path


def attach_names(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return a package's `__getattr__`, `__dir__` and `__all__` for the names that its `__init__.pyi` imports."""
    stub = f"{os.path.dirname(str(sys.modules[package].__file__))}/__init__.pyi"  # noqa: PTH120 - pathlib loads slowly
    with nullcontext(stub) if os.path.exists(stub) else _unpacked(package) as file:  # noqa: PTH110 - likewise
        load, names_of, names = lazy_loader.attach_stub(package, str(file))

    def __getattr__(name: str) -> object:  # noqa: N807 - PEP 562
        if name not in names:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=sys.modules[package])
        return load(name)

    return __getattr__, names_of, names


def _unpacked(package: str) -> AbstractContextManager[Path]:
    """Return the stub of a package that lies in a zip file, unpacked for as long as it is needed."""
    from importlib.resources import as_file, files  # noqa: PLC0415 - slow, and rarely needed

    return as_file(files(package) / "__init__.pyi")
