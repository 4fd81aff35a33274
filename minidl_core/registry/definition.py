"""Read a part's settings and docstring from its source, without importing it."""

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
"""Maximum size in bytes of a source file that is parsed."""

LONGEST_SHOWN = 300
"""Maximum length of a summary or a setting that is shown."""


@dataclass(frozen=True)
class Setting:
    """An argument of a constructor, as written in its source."""

    name: str
    annotation: str = ""
    default: str | None = None

    def __str__(self) -> str:
        """Return the argument as shown in a signature."""
        annotated = f"{self.name}: {self.annotation}" if self.annotation else self.name
        return shortened(annotated if self.default is None else f"{annotated} = {self.default}", LONGEST_SHOWN)


@dataclass(frozen=True)
class Definition:
    """The settings and docstring of a part."""

    settings: tuple[Setting, ...]
    docstring: str

    @property
    def summary(self) -> str:
        """The docstring's first line."""
        return printable(shortened(self.docstring.partition("\n")[0].rstrip("."), LONGEST_SHOWN))


def definition_of(entry: Entry) -> Definition:
    """Return the definition of a part: from its source if possible, otherwise by importing it.

    Raises:
        PluginError: the part cannot be imported.
    """
    return read_definition(entry) or _imported(entry)


def read_definition(entry: Entry) -> Definition | None:
    """Return the definition of a part from its source, or None if the source does not show it.

    The module's file is found on the import path and parsed; nothing is imported.
    """
    module, _, name = entry.target.partition(":")
    try:
        tree = _parsed(module)
        return None if tree is None else _definition(tree, name, entry.kind)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deep
        return None


def _definition(tree: ast.Module, name: str, kind: str) -> Definition | None:
    """Return the definition of a name in a module's source, or of the module itself if the name is empty."""
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
    """Return whether a module assigns that name, as for a Typer app described by the module's docstring."""
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
    """Return the signature of a component's constructor, or of another callable."""
    signature: inspect.Signature = getattr(part, "signature", partial(inspect.signature, part))()
    return signature


def _written(annotation: Any) -> str:
    """Return an annotation as written in source."""
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _parsed(module: str) -> ast.Module | None:
    """Return the syntax tree of a module on the import path, without importing its packages.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: the source cannot be parsed.
    """
    try:
        content = _source(module)
    except (OSError, ImportError):
        return None
    if content is None or len(content) > LONGEST_SOURCE:
        return None
    with warnings.catch_warnings(action="ignore"):  # they concern the plugin's author
        return ast.parse(content)


def _source(module: str) -> bytes | None:
    """Return the content of a module's file, up to just over the maximum size.

    Raises:
        OSError, ImportError: the file cannot be read.
    """
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        try:
            spec = PathFinder.find_spec(".".join(parts[:end]), path)
        except KeyError:  # a nested namespace package is found only after importing its parent
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
    """Return whether a class derives only from interfaces, so that it inherits no constructor."""
    interfaces = {(kind.interface or "").rpartition(":")[2] for kind in KINDS.values()} | {"Component", "object"}
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases} if isinstance(node, ast.ClassDef) else set()
    return bases <= interfaces and not node.decorator_list


def _constants(tree: ast.Module) -> dict[str, str]:
    """Return the literal constants of a module by name, as written in its source."""
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
    """Yield the arguments of a function except `self`, with constants in defaults replaced by their values."""
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
