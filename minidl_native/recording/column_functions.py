"""Python functions rebuilt so that they compute with columns of numbers."""

from __future__ import annotations

import builtins
import math
import sys
import types
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from minidl_native.recording.number_column import NumberColumn, apply
from minidl_native.recording.stub_tensor import StubTensor

UNCHANGED = {"minidl_core", "torch", "numpy", "builtins", "abc", *sys.stdlib_module_names}
"""Packages whose functions are not rebuilt."""


class _Mathematics(types.ModuleType):
    """The module `math`, with functions of columns."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(math, name)
        return partial(apply, value) if callable(value) else value


class _Torch(types.ModuleType):
    """The module `torch`, whose functions take columns in place of numbers if a stand-in for a tensor is given too."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(torch, name)
        return partial(_call, value) if isinstance(value, (types.BuiltinFunctionType, types.FunctionType)) else value


def _call(function: Any, *arguments: Any, **keywords: Any) -> Any:
    given = [*arguments, *keywords.values()]
    stubs = [value for value in given if isinstance(value, StubTensor)]
    if stubs and any(isinstance(value, NumberColumn) for value in given):
        return stubs[0].log.call(function.__name__, arguments, keywords)
    return function(*arguments, **keywords)


class ColumnFunctions:
    """Rebuilds functions and classes with global variables of their own, in which mathematics works on columns.

    Nothing of theirs is changed, so that other threads can call the originals meanwhile.
    """

    def __init__(self) -> None:
        self._functions: dict[types.FunctionType, types.FunctionType] = {}
        self._classes: dict[type, type] = {}
        self._modules = {math: _Mathematics("math"), torch: _Torch("torch")}
        replaced = {name: partial(apply, getattr(builtins, name)) for name in ("min", "max", "pow")}
        self._builtins = vars(builtins) | replaced | {"super": self._super}

    def class_of(self, kind: type) -> type:
        """Return a subclass whose methods compute with columns; the class itself if it is not that of a part."""
        if kind.__module__.partition(".")[0] in UNCHANGED or not isinstance(kind, type):
            return kind
        if kind not in self._classes:
            methods: dict[str, Any] = {
                name: self._rebuilt_method(value)
                for one in reversed(kind.__mro__)
                if one.__module__.partition(".")[0] not in UNCHANGED
                for name, value in vars(one).items()
                if isinstance(value, (types.FunctionType, property, staticmethod, classmethod))
            }
            methods |= {"__slots__": (), "__module__": kind.__module__}
            self._classes[kind] = type(kind)(kind.__name__, (kind,), methods)
        return self._classes[kind]

    def function(self, function: types.FunctionType) -> types.FunctionType:
        """Return a function that computes with columns."""
        if function not in self._functions:
            variables: dict[str, Any] = {"__builtins__": self._builtins, "__name__": function.__module__}
            code, known = function.__code__, function.__globals__
            rebuilt = types.FunctionType(
                code, variables, function.__name__, function.__defaults__, function.__closure__
            )
            rebuilt.__kwdefaults__ = function.__kwdefaults__
            self._functions[function] = rebuilt
            variables.update({name: self._converted(known[name]) for name in _names(code) if name in known})
        return self._functions[function]

    def _converted(self, value: Any) -> Any:
        """Return the value of a global variable for rebuilt functions."""
        if isinstance(value, types.ModuleType):
            return self._modules.get(value, value)
        if isinstance(value, types.BuiltinFunctionType) and getattr(value, "__module__", "") == "math":
            return partial(apply, value)
        if isinstance(value, types.FunctionType) and value.__module__.partition(".")[0] not in UNCHANGED:
            return self.function(value)
        return value

    def _rebuilt_method(self, value: Any) -> Any:
        if isinstance(value, types.FunctionType):
            return self.function(value)
        if isinstance(value, property):
            getter = value.fget
            return property(self.function(getter)) if isinstance(getter, types.FunctionType) else value
        inner = value.__func__
        return type(value)(self.function(inner)) if isinstance(inner, types.FunctionType) else value

    def _super(self, *arguments: Any) -> Any:
        """Stand in for `super()` in rebuilt functions: methods of parent classes are rebuilt too."""
        if not arguments:
            frame = sys._getframe(1)  # noqa: SLF001 - as `super()` itself does
            arguments = (frame.f_locals["__class__"], frame.f_locals[frame.f_code.co_varnames[0]])
        return _Parents(super(*arguments), self)


class _Parents:
    """The methods of parent classes, rebuilt."""

    def __init__(self, parents: Any, functions: ColumnFunctions) -> None:
        self._parents, self._functions = parents, functions

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._parents, name)
        if isinstance(value, types.MethodType) and isinstance(value.__func__, types.FunctionType):
            return types.MethodType(self._functions.function(value.__func__), value.__self__)
        return value


def _names(code: types.CodeType) -> Iterator[str]:
    """Yield the names of global variables and attributes in a function, also in functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
