"""The names in a new plugin's distribution."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minidl_core import parse_component
from minidl_core.errors import ScaffoldError
from minidl_core.registry import KINDS
from minidl_core.scaffolding import plugin_project as module
from minidl_core.scaffolding.plugin_project import PART_NAME, USES, PluginProject


def drafted(name: str = "swish", kind: str = "layer", **changed: Any) -> PluginProject:
    return PluginProject(**{"kind": KINDS[kind], "given_name": name, "distribution": "acme", "author": "Ada"} | changed)


@pytest.mark.parametrize(
    ("given_name", "name", "module_name", "class_name"),
    [
        ("swish", "swish", "swish", "Swish"),
        ("leaky-relu", "leaky-relu", "leaky_relu", "LeakyRelu"),
        ("max_error", "max_error", "max_error", "MaxError"),
        ("ReLU6", "relu6", "relu6", "ReLU6"),
        ("conv2d", "conv2d", "conv2d", "Conv2d"),
        ("x", "x", "x", "X"),
    ],
)
def test_names_follow_from_the_given_name(given_name: str, name: str, module_name: str, class_name: str) -> None:
    project = drafted(given_name)
    assert (project.name, project.module, project.class_name) == (name, module_name, class_name)


@pytest.mark.parametrize(
    "name", ["", "3d", "-swish", "swish-", "a--b", "a b", "swish.x", "naïve", "a/b", "../x", "x\n"]
)
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match=r"is not a valid name of a layer: use letters and digits joined by single"):
        drafted(name)


@pytest.mark.parametrize("name", ["lambda", "Class", "none", "True"])
def test_python_keywords_are_refused(name: str) -> None:
    with pytest.raises(ScaffoldError, match="is a Python keyword"):
        drafted(name)


def test_soft_keywords_and_the_names_of_what_the_source_uses_are_names() -> None:
    for name in ("match", "type", "module", "tensor", "parameter", "torch", "minidl", "self"):
        assert drafted(name).module == name


@given(st.from_regex(PART_NAME, fullmatch=True))
def test_every_valid_name_is_valid_in_python_and_specs(name: str) -> None:
    try:
        project = drafted(name)
    except ScaffoldError as error:
        assert "Python keyword" in str(error)
        return
    ast.parse(f"from acme.{project.module} import {project.class_name}")
    assert parse_component(project.name).name == project.name


@pytest.mark.parametrize(
    ("distribution", "package"), [("minidl-swish", "minidl_swish"), ("Acme.Layers", "acme_layers"), ("a_b", "a_b")]
)
def test_the_package_is_named_for_the_distribution(distribution: str, package: str) -> None:
    assert drafted(distribution=distribution).package == package


@pytest.mark.parametrize("distribution", ["", "3d", "a b", "a-", "a/b", "..", "lambda", "a\n"])
def test_an_invalid_distribution_name_is_refused(distribution: str) -> None:
    with pytest.raises(ScaffoldError, match=r"is not a valid name of a distribution|is a Python keyword"):
        drafted(distribution=distribution)


@pytest.mark.parametrize("author", ["", "Ada\nLovelace", "Ada\x7f", "\udcff"])
def test_an_author_is_one_line_of_text(author: str) -> None:
    with pytest.raises(ScaffoldError, match="author must be one line"):
        drafted(author=author)


@pytest.mark.parametrize(
    ("version", "requirement"),
    [("0.1.0", "minidl>=0.1"), ("1.12.3", "minidl>=1.12"), ("2.0", "minidl>=2.0"), ("unknown", "minidl")],
)
def test_a_plugin_requires_the_minor_version_that_created_it(
    version: str, requirement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "own_version", lambda: version)
    assert drafted().requirement == requirement


def test_every_kind_has_a_command_that_uses_it() -> None:
    assert USES.keys() == KINDS.keys()
    assert drafted("Swish").use == "minidl run --layers linear:25,swish,linear:2"
