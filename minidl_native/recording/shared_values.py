"""Values that parts use but do not hold: attributes of their classes, and global variables."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from minidl_core import Component
from minidl_native.recording.attribute_walk import NUMBERS, walk


def shared_values(part: Component) -> Iterator[tuple[str, Any]]:
    """Yield the class attributes of a part and the global variables of its methods, deep into lists and dicts."""
    for kind, module in _classes(part):
        for name, value in (_class_attributes(kind) | _global_variables(kind, module)).items():
            if isinstance(value, (*NUMBERS, list, dict, set)):
                for held in walk(value):
                    yield f"{name}{held.path}", held.value


def global_names(part: Component) -> Iterator[tuple[str, Any]]:
    """Yield the global variables of the modules of a part's classes, and the built-in functions that methods name."""
    for kind, module in _classes(part):
        yield from list(module.items())
        used = {name for function in _functions(kind) for name in function.__code__.co_names}
        yield from ((name, getattr(builtins, name)) for name in used - module.keys() if hasattr(builtins, name))


def plain_shared_values(part: Component) -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """Yield the plain class attributes of a part and plain global variables of its methods, each with its holder."""
    for kind, module in _classes(part):
        for holder, values in ((vars(kind), _class_attributes(kind)), (module, _global_variables(kind, module))):
            yield from ((holder, name, value) for name, value in values.items() if isinstance(value, NUMBERS))


@contextmanager
def keeping_shared_values(parts: Iterable[Component]) -> Iterator[None]:
    """Restore class attributes and global variables that are plain values at the end."""
    kept: list[tuple[Any, str, Any]] = []
    for part in parts:
        for kind, module in _classes(part):
            kept += [
                (kind, name, value) for name, value in _class_attributes(kind).items() if isinstance(value, NUMBERS)
            ]
            variables = _global_variables(kind, module)
            kept += [(module, name, value) for name, value in variables.items() if isinstance(value, NUMBERS)]
    try:
        yield
    finally:
        for holder, name, value in kept:
            if isinstance(holder, type):
                if vars(holder)[name] is not value:
                    setattr(holder, name, value)
            else:
                holder[name] = value


def _classes(part: Component) -> Iterator[tuple[type, MutableMapping[str, Any]]]:
    """Yield the classes of a part that are not the core's, with the global variables of their modules."""
    for kind in type(part).__mro__:
        if kind.__module__.partition(".")[0] not in {"builtins", "abc", "minidl_core"}:
            if functions := _functions(kind):
                yield kind, functions[0].__globals__
            elif kind.__module__ in sys.modules:
                yield kind, vars(sys.modules[kind.__module__])


def _functions(kind: type) -> list[types.FunctionType]:
    return [value for value in vars(kind).values() if isinstance(value, types.FunctionType)]


def _class_attributes(kind: type) -> dict[str, Any]:
    return {name: value for name, value in vars(kind).items() if not name.startswith("__")}


def _global_variables(kind: type, module: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return the global variables that the functions of a class name."""
    names = sorted({name for function in _functions(kind) for name in function.__code__.co_names})
    return {name: module[name] for name in names if name in module}
