"""Variables that parts use but do not hold: of their classes and modules, and of all functions that they name."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from minidl_core import Component
from minidl_native.recording.attribute_walk import NUMBERS, is_leaf_type

FOREIGN = {"builtins", "abc", "torch", "numpy", "minidl_core", "minidl_native", *sys.stdlib_module_names} - {"__main__"}
"""Packages whose functions and classes hold nothing that a step changes, or are watched otherwise."""

MUTABLE = (list, dict, set, deque)
"""Types of containers whose contents can change."""

MOST_ITEMS = 10_000
"""The length of a container from which its items are not looked at: such tables are not changed in a step."""

LARGE = 2**20
"""Bytes of an array from which it is not copied."""


@dataclass(frozen=True)
class SharedVariable:
    """A variable that no part holds.

    Attributes:
        part: the part that can reach it.
        label: its name in messages, such as `Counter.calls`.
        value: what it held when it was found.
        holder: the class, dict, list or closure that holds it; None for what cannot be replaced, such as a default.
        key: its name, key or index there.
    """

    part: Component
    label: str
    value: Any
    holder: Any = None
    key: Any = None

    def current(self) -> Any:
        """Return what it holds now; None if it is gone."""
        try:
            if isinstance(self.holder, MUTABLE):
                return self.holder[self.key]  # type: ignore[index]
            return self.value if self.holder is None else vars(self.holder)[self.key]
        except LookupError:
            return None

    def restore(self) -> None:
        """Set it to what it held when it was found."""
        if self.current() is not self.value:
            if isinstance(self.holder, MUTABLE):
                self.holder[self.key] = self.value  # type: ignore[index]
            else:
                setattr(self.holder, self.key, self.value)


def shared_variables(parts: Iterable[Component]) -> list[SharedVariable]:
    """Return all variables that parts can reach but do not hold, each once: deep into lists, dicts and objects.

    They are class attributes, and global variables, defaults, attributes and closures of the methods and of the
    functions that these name, also indirectly. What PyTorch, numpy, the standard library and minidl's core
    hold is left out.
    """
    return _Search(parts).found


def global_names(parts: Iterable[Component]) -> Iterator[Any]:
    """Yield the values of all global variables of the modules of functions that parts can reach.

    The built-in functions that they name are among them.
    """
    functions = _Search(parts).functions
    for variables in {id(function.__globals__): function.__globals__ for function in functions}.values():
        yield from list(variables.values())
    names = {name for function in functions for name in _names(function.__code__)}
    yield from (getattr(builtins, name) for name in names if hasattr(builtins, name))


class _Search:
    """The search for shared variables.

    Args:
        parts: the parts to begin with; what they hold themselves is left out.
    """

    def __init__(self, parts: Iterable[Component]) -> None:
        parts = list(parts)
        self.found: list[SharedVariable] = []
        self.functions: list[types.FunctionType] = []
        self._seen: dict[int, object] = {id(part): part for part in parts}  # kept, so that their ids stay theirs
        for part in parts:
            for kind in type(part).__mro__:
                self._visit(SharedVariable(part, kind.__name__, kind))

    def _visit(self, variable: SharedVariable) -> None:
        value = variable.value
        if id(value) in self._seen or isinstance(value, (*NUMBERS, Tensor, torch.Generator, types.ModuleType)):
            return
        self._seen[id(value)] = value
        if isinstance(value, types.FunctionType):
            if _is_foreign(value):
                return
            self.functions.append(value)
        for label, inner, holder, key in _reached(value, variable.label):
            reached = SharedVariable(variable.part, label, inner, holder, key)
            self.found.append(reached)
            self._visit(reached)


Reached = tuple[str, Any, Any, Any]
"""The label, value, holder and key of a variable."""


def _reached(value: Any, label: str) -> Iterator[Reached]:
    """Yield the variables that a value holds or names itself."""
    if isinstance(value, type):
        yield from _of_class(value)
        return
    if isinstance(value, types.FunctionType):
        yield from _of_function(value, label)
    elif isinstance(value, (dict, list, tuple, set, frozenset, deque)):
        yield from _items(value, label)
    elif not _is_leaf(value):
        yield label, type(value), None, None
        for name in ("__func__", "__self__", "fget", "func"):  # methods, properties and the like
            if not isinstance(value, types.BuiltinFunctionType) and getattr(value, name, None) is not None:
                yield label, getattr(value, name), None, None
    if attributes := getattr(value, "__dict__", None):
        yield from ((f"{label}.{name}", inner, attributes, name) for name, inner in list(attributes.items()))


def _is_leaf(value: Any) -> bool:
    return is_leaf_type(type(value))  # type: ignore[arg-type]


def _items(container: Any, label: str) -> Iterator[Reached]:
    if len(container) >= MOST_ITEMS:
        return
    if isinstance(container, dict):
        yield from ((f"{label}[{key!r}]", value, container, key) for key, value in list(container.items()))
    else:
        holder = container if isinstance(container, (list, deque)) else None
        yield from ((f"{label}[{index}]", value, holder, index) for index, value in enumerate(container))


def _of_class(kind: type) -> Iterator[Reached]:
    if _is_foreign(kind):
        return
    for name, value in list(vars(kind).items()):
        if not name.startswith("__") or isinstance(value, (types.FunctionType, staticmethod, classmethod)):
            yield name, value, kind, name


def _of_function(function: types.FunctionType, label: str) -> Iterator[Reached]:
    """Yield the global variables that a function names, its closure and its defaults."""
    names, variables = _names(function.__code__), function.__globals__
    for name in sorted(names & variables.keys()):
        value = variables[name]
        if not isinstance(value, types.ModuleType):
            yield name, value, variables, name
        elif value.__name__.partition(".")[0] not in FOREIGN:
            inner = vars(value)
            yield from ((f"{name}.{one}", inner[one], inner, one) for one in sorted(names & inner.keys()))
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, cell.cell_contents, _ClosureVariable(cell), "value"
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    yield from ((f"default of {label}", default, None, None) for default in defaults)


class _ClosureVariable:
    """A variable of a closure, as an attribute.

    Args:
        cell: its cell.
    """

    def __init__(self, cell: types.CellType) -> None:
        object.__setattr__(self, "_cell", cell)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        """The variable, under `value`."""
        return {"value": self._cell.cell_contents}  # type: ignore[attr-defined]

    def __setattr__(self, _: str, value: Any) -> None:
        """Set the variable."""
        self._cell.cell_contents = value  # type: ignore[attr-defined]


@functools.cache
def _names(code: types.CodeType) -> set[str]:
    """Return the names that code uses, inner functions included."""
    inner = (_names(one) for one in code.co_consts if isinstance(one, types.CodeType))
    return set(code.co_names).union(*inner)


def _is_foreign(value: type | types.FunctionType) -> bool:
    return (value.__module__ or "").partition(".")[0] in FOREIGN


@contextmanager
def keeping_shared_values(parts: Iterable[Component]) -> Iterator[None]:
    """Restore at the end what parts change outside of themselves: plain values, containers, arrays and tensors."""
    variables = shared_variables(parts)
    values = [one.value for one in variables if not isinstance(one.value, (type, types.ModuleType))]
    attributes = [vars(one) for one in values if not _is_leaf(one) and hasattr(one, "__dict__")]
    containers = {id(one): one for one in attributes + [one for one in values if isinstance(one, MUTABLE)]}
    kept = [(container, container.copy()) for container in containers.values()]
    arrays = {id(one): one for one in values if _is_array(one)}
    copies = [(array, array.clone() if isinstance(array, Tensor) else array.copy()) for array in arrays.values()]
    try:
        yield
    finally:
        for variable in variables:
            variable.restore()
        for container, copied in kept:
            if len(container) != len(copied):
                container.clear()
                container.update(copied) if isinstance(container, (dict, set)) else container.extend(copied)
        for array, copied in copies:
            if (array != copied).any():
                array[...] = copied


def _is_array(value: Any) -> bool:
    return (isinstance(value, Tensor) or hasattr(value, "__array_interface__")) and value.nbytes < LARGE
