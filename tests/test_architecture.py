"""The packages contain and import only what they may; import-linter checks the directions of imports."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BY_HAND = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "minidl_compare"]
"""All but the comparison with PyTorch, which is the only package to use its modules."""
FORBIDDEN = ("torch.nn", "torch.optim", "torch.autograd")


def violations(source: str) -> list[str]:
    """Return what in a module's source does the work that is to be done by hand."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith(FORBIDDEN)]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found += [name for name in names if name.startswith(FORBIDDEN)]
        elif isinstance(node, ast.Attribute):
            if ast.unparse(node).startswith(FORBIDDEN) or node.attr in {"requires_grad", "requires_grad_"}:
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward":
            owner = ast.unparse(node.func.value).rpartition(".")[2]
            if not node.args and owner != "loss":  # `loss.backward()` is ours: a Loss, not a tensor
                found.append(ast.unparse(node))
        elif isinstance(node, ast.keyword) and node.arg == "requires_grad":
            found.append("requires_grad=")
    return found


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_passes_are_written_by_hand(path: Path) -> None:
    assert violations(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "import torch.nn as nn",
        "from torch import nn",
        "from torch.nn.functional import relu",
        "from torch.autograd import grad",
        "import torch\ntorch.nn.functional.linear(x, w)",
        "import torch\ntorch.optim.SGD([])",
        "x.requires_grad_()",
        "y.sum().backward()",
        "torch.zeros(3, requires_grad=True)",
    ],
)
def test_automatic_differentiation_would_be_noticed(source: str) -> None:
    assert violations(source)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()


HOMES = {
    ("minidl.commands", "compare"): "minidl_compare.compare",
    ("minidl.engines", "python"): "minidl_core.training.python_engine",
    ("minidl.engines", "native"): "minidl_native.native",
}
"""Where parts lie that do not lie in the package of their kind."""


def test_every_part_lies_in_a_file_or_folder_named_for_it() -> None:
    for group, entries in PROJECT["project"]["entry-points"].items():
        for name, target in entries.items():
            home = HOMES.get((group, name), f"{group.replace('.', '_')}.{name}")
            assert f"{target.partition(':')[0]}.".startswith(f"{home}.")


@pytest.mark.parametrize("kind", ["layers", "losses", "optimizers", "metrics", "hooks", "commands"])
def test_every_public_file_of_a_plugin_package_holds_a_part(kind: str) -> None:
    package = f"minidl_{kind}"
    public = {path.stem for path in (ROOT / package).iterdir() if path.suffix == ".py" and path.name[0] != "_"}
    targets = PROJECT["project"]["entry-points"][f"minidl.{kind}"].values()
    named = {target.partition(":")[0] for target in targets if target.startswith(f"{package}.")}
    assert {f"{package}.{name}" for name in public} == named
