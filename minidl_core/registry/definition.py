"""A part's signature and docstring, read from its source without importing it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from minidl_core.registry.entry import Entry


@dataclass(frozen=True)
class Setting:
    """One argument of a constructor, as its source writes it."""

    name: str
    annotation: str = ""
    default: str | None = None

    def __str__(self) -> str:
        """Return the argument as a signature shows it."""
        annotated = f"{self.name}: {self.annotation}" if self.annotation else self.name
        return annotated if self.default is None else f"{annotated} = {self.default}"


@dataclass(frozen=True)
class Definition:
    """What a part's source says of it."""

    settings: tuple[Setting, ...]
    docstring: str

    @property
    def summary(self) -> str:
        """The docstring's first line."""
        return self.docstring.partition("\n")[0].rstrip(".")


def definition_of(entry: Entry) -> Definition:
    """Return what a part says of itself: from its source, or where that does not show it, by importing the part.

    Raises:
        PluginError: the part cannot be imported.
    """
    return read_definition(entry) or _imported(entry)


def read_definition(entry: Entry) -> Definition | None:
    """Return what the source of a part says of it, or None where the source does not show it.

    Nothing is imported: the module's file is found on the import path and parsed.
    """
    module, _, name = entry.target.partition(":")
    source = _source(module)
    if source is None:
        return None
    try:
        tree = ast.parse(source.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    if not name:
        return Definition((), ast.get_docstring(tree) or "")
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return Definition(tuple(_settings(node)), ast.get_docstring(node) or "")
    return None


def _imported(entry: Entry) -> Definition:
    part = entry.load()
    settings = [
        Setting(
            parameter.name,
            "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation),
            None if parameter.default is parameter.empty else repr(parameter.default),
        )
        for parameter in (inspect.signature(part).parameters.values() if callable(part) else ())
    ]
    return Definition(tuple(settings), inspect.getdoc(part) or "")


def _source(module: str) -> Path | None:
    """Find a module's file on the import path without importing its packages."""
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:end]), path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    origin = spec.origin if spec else None
    return Path(origin) if origin and origin.endswith(".py") else None


def _settings(node: ast.ClassDef | ast.FunctionDef) -> Iterator[Setting]:
    """Yield the arguments of a function, or of a class's constructor, without `self`."""
    candidates = node.body if isinstance(node, ast.ClassDef) else [node]
    function = next((n for n in candidates if isinstance(n, ast.FunctionDef) and n.name in {"__init__", node.name}), None)
    if function is None:
        return
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults = [*padding, *arguments.defaults, *arguments.kw_defaults]
    for argument, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
        if argument.arg != "self":
            annotation = ast.unparse(argument.annotation) if argument.annotation else ""
            yield Setting(argument.arg, annotation, None if default is None else ast.unparse(default))
