"""Load a package's public names when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.resources import as_file, files

import lazy_loader


def attach_names(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return a package's `__getattr__`, `__dir__` and `__all__` for the names that its `__init__.pyi` imports.

    Works in a zip file too.
    """
    with as_file(files(package) / "__init__.pyi") as stub:
        load, names_of, names = lazy_loader.attach_stub(package, str(stub))

    def __getattr__(name: str) -> object:  # noqa: N807 - PEP 562
        if name not in names:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=sys.modules[package])
        return load(name)

    return __getattr__, names_of, names
