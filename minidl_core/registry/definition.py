"""A part's signature and docstring, read from its source without importing it."""

from __future__ import annotations

import ast
import inspect
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, get_args
from zipimport import zipimporter

from minidl_core.errors import PluginError, describe_exception
from minidl_core.quoting import printable, shortened
from minidl_core.registry.entry import Entry
from minidl_core.registry.kinds import KINDS

LONGEST_SOURCE = 2_000_000
"""Bytes of source that are parsed to show what a part is."""

LONGEST_SHOWN = 300
"""Characters that are shown of a summary, or of a setting."""


@dataclass(frozen=True)
class Setting:
    """One argument of a constructor, as its source writes it."""

    name: str
    annotation: str = ""
    default: str | None = None

    def __str__(self) -> str:
        """Return the argument as a signature shows it."""
        annotated = f"{self.name}: {self.annotation}" if self.annotation else self.name
        return shortened(annotated if self.default is None else f"{annotated} = {self.default}", LONGEST_SHOWN)


@dataclass(frozen=True)
class Definition:
    """What a part's source says of it."""

    settings: tuple[Setting, ...]
    docstring: str

    @property
    def summary(self) -> str:
        """The docstring's first line."""
        return printable(shortened(self.docstring.partition("\n")[0].rstrip("."), LONGEST_SHOWN))


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
    try:
        tree = _parsed(module)
        return None if tree is None else _definition(tree, name, entry.kind)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deep
        return None


def _definition(tree: ast.Module, name: str, kind: str) -> Definition | None:
    """Return what the source of a module says of what it has under a name, or of itself where there is none."""
    if not name:
        return Definition((), ast.get_docstring(tree) or "")
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            function = _constructor(node) if isinstance(node, ast.ClassDef) else node
            if function is not None or _needs_no_settings(node):
                return Definition(tuple(_settings(function, _constants(tree))), ast.get_docstring(node) or "")
    about = ast.get_docstring(tree)
    return Definition((), about) if about and kind == "command" and _is_assigned(name, tree) else None


def _is_assigned(name: str, tree: ast.Module) -> bool:
    """Tell whether a module holds an object of that name, such as a Typer app, of which its docstring tells."""
    assignments = (node for node in tree.body if isinstance(node, ast.Assign))
    return any(name in map(ast.unparse, node.targets) for node in assignments)


def _imported(entry: Entry) -> Definition:
    part = entry.load()
    try:
        return _inspected(part)
    except Exception as error:
        raise PluginError(
            f"the {entry.kind} '{entry.name}' of {entry.origin} cannot be described: {describe_exception(error)}"
        ) from error


def _inspected(part: Any) -> Definition:
    settings = [
        Setting(
            parameter.name,
            "" if parameter.annotation is parameter.empty else _written(parameter.annotation),
            None if parameter.default is parameter.empty else repr(parameter.default),
        )
        for parameter in (_signature(part).parameters.values() if callable(part) else ())
    ]
    return Definition(tuple(settings), inspect.cleandoc(part.__doc__ or ""))


def _signature(part: Any) -> inspect.Signature:
    """Return the signature of a component, which says itself what its constructor takes, or of another callable."""
    signature: inspect.Signature = getattr(part, "signature", partial(inspect.signature, part))()
    return signature


def _written(annotation: Any) -> str:
    """Return an annotation as source writes it."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _parsed(module: str) -> ast.Module | None:
    """Return the syntax tree of a module on the import path, found without importing its packages.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: the source cannot be parsed.
    """
    try:
        content = _source(module)
    except (OSError, ImportError):
        return None
    if content is None or len(content) > LONGEST_SOURCE:
        return None
    with warnings.catch_warnings(action="ignore"):  # of what the author may do better
        return ast.parse(content)


def _source(module: str) -> bytes | None:
    """Return what a module's file holds, up to a little more than the longest that is parsed.

    Raises:
        OSError, ImportError: it cannot be read.
    """
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        try:
            spec = PathFinder.find_spec(".".join(parts[:end]), path)
        except KeyError:  # a namespace package within another is only found once that is imported
            return None
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or [])
    if spec is None or not (spec.origin or "").endswith(".py"):
        return None
    if isinstance(spec.loader, zipimporter):
        return spec.loader.get_data(str(spec.origin))
    with Path(str(spec.origin)).open("rb") as file:
        return file.read(LONGEST_SOURCE + 1)


def _constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)


def _needs_no_settings(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """Tell whether a class without a constructor derives from interfaces alone, so that it has inherited none."""
    interfaces = {(kind.interface or "").rpartition(":")[2] for kind in KINDS.values()} | {"Component", "object"}
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases} if isinstance(node, ast.ClassDef) else set()
    return bases <= interfaces and not node.decorator_list


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the numbers and texts that a module gives names to, as its source writes them."""
    assigned = [(node.targets, node.value) for node in tree.body if isinstance(node, ast.Assign)]
    assigned += [([node.target], node.value) for node in tree.body if isinstance(node, ast.AnnAssign) and node.value]
    return {
        target.id: ast.unparse(value)
        for targets, value in assigned
        for target in targets
        if isinstance(target, ast.Name) and _is_literal(value)
    }


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return False
    return True


def _settings(function: ast.FunctionDef | None, constants: Mapping[str, str]) -> Iterator[Setting]:
    """Yield the arguments of a function, without `self`; a default that is a constant is shown as its value."""
    if function is None:
        return
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults = [*padding, *arguments.defaults, *arguments.kw_defaults]
    for argument, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
        if argument.arg != "self":
            annotation = ast.unparse(argument.annotation) if argument.annotation else ""
            written = None if default is None else ast.unparse(default)
            yield Setting(argument.arg, annotation, constants.get(written or "", written))
