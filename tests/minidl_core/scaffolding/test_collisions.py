"""A new plugin does not collide with anything installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from minidl_core.errors import ConflictError, ScaffoldError
from minidl_core.registry import KINDS
from minidl_core.scaffolding.collisions import check_no_collision
from minidl_core.scaffolding.plugin_project import PluginProject


def check(name: str, kind: str = "layer", distribution: str | None = None) -> None:
    check_no_collision(PluginProject(KINDS[kind], name, distribution or f"minidl-{name}", "Ada"))


@pytest.mark.parametrize(
    ("kind", "name"), [("layer", "relu"), ("layer", "ReLU"), ("command", "run"), ("hook", "progress")]
)
def test_a_name_in_use_for_the_kind_is_refused(kind: str, name: str) -> None:
    with pytest.raises(ConflictError, match=rf"the {kind} '{name.lower()}' exists already, from minidl \d"):
        check(name, kind)


def test_names_are_free_if_no_part_of_the_kind_uses_them() -> None:
    check("relu", "metric")
    check("swish")


def test_a_package_that_can_be_imported_is_refused_and_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "minidl_bomb.py").write_text("raise SystemExit")
    with pytest.raises(ScaffoldError, match="a package 'minidl_bomb' can already be imported: .* --distribution"):
        check("bomb")
    assert "minidl_bomb" not in sys.modules


@pytest.mark.parametrize("name", ["core", "layers", "commands"])
def test_minidls_own_packages_are_not_replaced(name: str) -> None:
    with pytest.raises(ScaffoldError, match=f"package 'minidl_{name}' can already be imported"):
        check(name)
    check(name, distribution=f"acme-{name}")


@pytest.mark.parametrize("distribution", ["pytest-xdist", "PyTest_xDist"])
def test_an_installed_distribution_is_not_replaced(distribution: str) -> None:
    with pytest.raises(ScaffoldError, match="a distribution 'pytest-xdist' is installed already"):
        check("swish", distribution=distribution)


def test_the_package_is_not_called_tests() -> None:
    with pytest.raises(ScaffoldError, match="the folder 'tests' is reserved"):
        check("swish", distribution="tests")
