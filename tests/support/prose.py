"""The prose and the names in the files of the repository, each with its place."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.support.environments import ROOT

DEFINITION = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
TEXT = (".cff", ".jinja", ".md", ".toml", ".yml", ".yaml", ".pyi", "run")
FOLDERS = (".ci", ".github", "benchmarks", "docs", "examples", "minidl*", "tests")


class Piece(NamedTuple):
    """A text or a name of a file, and its line."""

    path: str
    line: int
    text: str


@cache
def files(*endings: str) -> list[str]:
    """Return the files of the repository whose names end so, without git, which sources that were unpacked lack."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += [path for top in ROOT.glob(folder) for path in top.rglob("*") if path.is_file()]
    return sorted(name for path in paths if (name := path.relative_to(ROOT).as_posix()).endswith(endings))


@cache
def prose() -> list[Piece]:
    """Return docstrings, strings, comments and names of tests of the Python files, and all other text files."""
    pieces = [Piece(path, 1, (ROOT / path).read_text(encoding="utf-8")) for path in files(*TEXT)]
    for path in files(".py"):
        source = (ROOT / path).read_text(encoding="utf-8")
        pieces += [Piece(path, line, text) for line, text in python_prose(source)]
    return pieces


@cache
def docstrings() -> list[Piece]:
    """Return the docstrings of the Python files."""
    return [
        Piece(path, getattr(node, "lineno", 1), text)
        for path in files(".py")
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, DEFINITION) and (text := ast.get_docstring(node))
    ]


@cache
def names() -> list[Piece]:
    """Return the names that the Python files give, their own included; those of tests are sentences, and left out."""
    pieces = []
    for path in files(".py"):
        pieces += [Piece(path, 1, part) for part in Path(path).with_suffix("").parts]
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        pieces += [Piece(path, line, name) for line, name in given_names(tree) if not name.startswith("test_")]
    return pieces


def python_prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield the strings, comments and names of tests in a Python source, with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.lineno, node.name.replace("_", " ")


def given_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the names of functions, classes, arguments, variables and attributes, with their lines."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                continue


def words_of(name: str) -> list[str]:
    """Return the words of a name: `n_inputs` and `NInputs` are `n` and `inputs`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
