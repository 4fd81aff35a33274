"""The files of a new plugin."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from minidl_core.registry import KINDS
from minidl_core.scaffolding.plugin_project import PluginProject
from minidl_core.scaffolding.rendering import TEMPLATES, render

every_kind = pytest.mark.parametrize("kind", KINDS)


def rendered(kind: str, name: str = "leaky-relu", author: str = "Ada") -> dict[str, str]:
    return render(PluginProject(KINDS[kind], name, f"minidl-{name}", author))


@every_kind
def test_a_distribution_has_all_files(kind: str) -> None:
    assert rendered(kind).keys() == {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".gitignore",
        "minidl_leaky_relu/__init__.py",
        "minidl_leaky_relu/py.typed",
        "minidl_leaky_relu/leaky_relu.py",
        "tests/test_leaky_relu.py",
    }


@every_kind
def test_no_placeholder_is_left(kind: str) -> None:
    for path, text in rendered(kind).items():
        assert not re.search(
            r"\{\{|\}\}|\{%|%\}|\{#|Undefined|\bproject\.(?!toml|urls|optional|entry|scripts)", text
        ), path
        assert "None" not in text.replace("-> None:", ""), path
        assert not re.search(r"[ \t]$", text, re.MULTILINE), path
        assert "\n" * (4 if path.endswith(".py") else 3) not in text, path
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), path


@every_kind
def test_the_entry_point_names_what_the_source_defines(kind: str) -> None:
    files = rendered(kind)
    ((group, entries),) = tomllib.loads(files["pyproject.toml"])["project"]["entry-points"].items()
    assert group == KINDS[kind].group
    ((name, target),) = entries.items()
    assert name == "leaky-relu"
    module, _, attribute = target.partition(":")
    tree = ast.parse(files[f"{module.replace('.', '/')}.py"])
    assert attribute in {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}


@every_kind
def test_the_places_to_edit_are_marked(kind: str) -> None:
    assert rendered(kind)["minidl_leaky_relu/leaky_relu.py"].count("# TODO: ") >= 1


@every_kind
@pytest.mark.parametrize("name", ["module", "tensor", "parameter", "torch", "minidl", "typer", "conformance", "str"])
def test_a_part_may_have_the_name_of_an_import(kind: str, name: str) -> None:
    files = rendered(kind, name)
    source = ast.parse(files[f"minidl_{name}/{name}.py"])
    imported = {alias.asname or alias.name for node in ast.walk(source) for alias in getattr(node, "names", ())}
    defined = {node.name for node in source.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert not imported & defined
    tests = ast.parse(files[f"tests/test_{name}.py"])
    names = [alias.name for node in tests.body for alias in getattr(node, "names", ())]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("author", ['Ada "Countess" O\'Lovelace <a\\b>', "Zoë 李", "{{ 7 * 7 }}", "C:\\new"])
def test_an_author_is_written_as_given(author: str) -> None:
    files = rendered("layer", author=author)
    assert tomllib.loads(files["pyproject.toml"])["project"]["authors"] == [{"name": author}]
    assert re.search(rf"^Copyright \(c\) \d{{4}} {re.escape(author)}$", files["LICENSE"], re.MULTILINE)


def test_there_is_one_source_and_one_test_for_each_kind() -> None:
    for folder in ("sources", "tests"):
        assert {path.name for path in (TEMPLATES / folder).iterdir()} == {f"{kind}.py.jinja" for kind in KINDS}
