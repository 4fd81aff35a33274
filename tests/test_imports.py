"""Nothing is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.site_packages import Site

HEAVY = {"torch", "matplotlib", "numpy", "polars", "pluggy", "safetensors"}

PROBE = """
import contextlib, io, json, sys
from minidl_core.cli import main
arguments = json.loads(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
    main(arguments)
print(json.dumps([out.getvalue(), sorted(sys.modules)]))
"""

PARTS = (
    "minidl_layers.",
    "minidl_losses.",
    "minidl_optimizers.",
    "minidl_datasets.",
    "minidl_metrics.",
    "minidl_hooks.",
)


def probe(*arguments: str, **environment: str) -> tuple[str, set[str]]:
    """Run the program in a fresh process; return its output and the modules that it imported."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )
    output, modules = json.loads(done.stdout.splitlines()[-1])
    return output, set(modules)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--help"], "run"),
        (["--version"], "minidl 0"),
        (["list"], "linear"),
        (["list", "layers", "--json"], "minidl_layers.relu:ReLU"),
        (["describe", "linear"], "in_features"),
        (["describe", "table"], "target"),
        (["run", "--help"], "--layers"),
        (["compare", "--help"], "--figures"),
        (["check", "--help"], "--shape"),
        (["new", "--help"], "--distribution"),
        (["plugins"], "linear"),
        (["plugins", "--json"], "minidl_layers.relu:ReLU"),
    ],
    ids=" ".join,
)
def test_what_reads_metadata_imports_neither_torch_nor_a_component(arguments: list[str], shown: str) -> None:
    output, modules = probe(*arguments)
    assert shown in output
    assert not modules & HEAVY
    assert not [module for module in modules if module.startswith(PARTS)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "completed"),
    [("run --layers lin", "linear"), ("run --layers linear:25,re", "linear:25,relu"), ("describe ta", "table")],
)
def test_completion_imports_neither_torch_nor_a_component(line: str, completed: str) -> None:
    output, modules = probe(_MINIDL_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=f"minidl {line}")
    assert completed in output.replace("\\", "")
    assert not modules & HEAVY
    assert not [module for module in modules if module.startswith(PARTS)]


@pytest.mark.slow
@pytest.mark.parametrize("package", ["minidl", "minidl_core", "minidl_compare"])
def test_importing_the_package_is_light(package: str) -> None:
    code = f"import sys, {package}; print(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in (*HEAVY, "pydantic", "typer", "rich"):
        assert f"'{heavy}'" not in modules


@pytest.mark.slow
def test_a_run_imports_only_the_parts_it_names() -> None:
    _, modules = probe("run", "--layers", "linear:2", "--epochs", "1", "--json")
    parts = {module for module in modules if module.startswith(PARTS)}
    assert "minidl_layers.linear" in parts
    assert not parts & {"minidl_layers.relu", "minidl_layers.tanh", "minidl_datasets.table", "minidl_metrics.r2"}
    assert not modules & {"polars", "rich.progress"}


WORKING = """
from minidl_core import Module


class Part(Module):
    def forward(self, x):
        return x

    def backward(self, grad_output):
        return grad_output
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Return a folder with 200 distributions, of which all but the first fail, or sleep, when imported."""
    site = Site(tmp_path_factory.mktemp("many"))
    for number in range(200):
        module = f"plug_{number}"
        bad = "import time; time.sleep(600)" if number % 2 else "raise SystemExit('imported')"
        site.module(module, WORKING if number == 0 else bad)
        groups = (
            {"layers": "Part", "losses": "Part", "commands": "Part", "hooks": "Part"} if number else {"layers": "Part"}
        )
        text = "".join(f"[minidl.{group}]\npart-{number} = {module}:{part}\n" for group, part in groups.items())
        site.install(f"acme-{number}", text, requires=["minidl>=0.1"])
    return site


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "--help",
        "list",
        "list --json",
        "plugins",
        "plugins --json",
        "plugins --requirements",
        "describe linear",
        "run --help",
    ],
)
def test_with_200_plugins_what_reads_metadata_imports_none_of_them(many: Site, words: str) -> None:
    output, modules = probe(*words.split(), PYTHONPATH=str(many.path))
    assert "part-199" in output or "acme-199" in output or words in {"describe linear", "run --help"}
    assert not [module for module in modules if module.startswith("plug_")]
    assert not modules & HEAVY


@pytest.mark.slow
def test_of_200_plugins_only_the_one_that_is_named_is_imported(many: Site) -> None:
    blocked = ",".join(f"acme-{number}/part-{number}" for number in range(1, 200))
    words = ["run", "--layers", "part-0,linear:2", "--epochs", "1", "--json", "--block", blocked]
    output, modules = probe(*words, PYTHONPATH=str(many.path))
    assert [module for module in modules if module.startswith("plug_")] == ["plug_0"]
    assert '"acme-0": "1.0"' in output
