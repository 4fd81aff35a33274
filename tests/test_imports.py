"""Nothing is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"torch", "numpy", "polars", "pluggy", "safetensors"}

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


@pytest.mark.parametrize(
    ("line", "completed"),
    [("run --layers lin", "linear"), ("run --layers linear:25,re", "linear:25,relu"), ("describe ta", "table")],
)
def test_completion_imports_neither_torch_nor_a_component(line: str, completed: str) -> None:
    output, modules = probe(_MINIDL_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=f"minidl {line}")
    assert completed in output.replace("\\", "")
    assert not modules & HEAVY
    assert not [module for module in modules if module.startswith(PARTS)]


def test_importing_the_package_is_light() -> None:
    code = "import sys, minidl_core; print(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in (*HEAVY, "pydantic", "typer", "rich"):
        assert f"'{heavy}'" not in modules


def test_a_run_imports_only_the_parts_it_names() -> None:
    _, modules = probe("run", "--layers", "linear:2", "--epochs", "1", "--json")
    parts = {module for module in modules if module.startswith(PARTS)}
    assert "minidl_layers.linear" in parts
    assert not parts & {"minidl_layers.relu", "minidl_layers.tanh", "minidl_datasets.table", "minidl_metrics.r2"}
    assert not modules & {"polars", "rich.progress"}
