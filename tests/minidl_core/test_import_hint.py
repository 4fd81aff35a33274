"""A plugin file that imports a module from its own folder gets a hint that works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

LAYER = """
from minidl_core import Module

class Double(Module):
    '''Twice the input.'''
    def forward(self, x):
        return twice(x)
    def backward(self, grad_output):
        return twice(grad_output)
"""

LAZY = LAYER.replace("        return", "        from doubling import twice\n        return")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with plugin files and a module that they import."""
    folder = tmp_path / "my plugins"
    folder.mkdir()
    (folder / "doubling.py").write_text("def twice(x): return 2 * x\n")
    (folder / "layers.py").write_text("from doubling import twice\n" + LAYER)
    (folder / "lazy.py").write_text(LAZY)
    (folder / "relative.py").write_text("from .doubling import twice\n" + LAYER)
    return folder


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("run --layers double,linear:2 --epochs 1", "layers.py"),
        ("describe double", "layers.py"),
        ("check double", "layers.py"),
        ("list layers", "layers.py"),
        ("run --layers double,linear:2 --epochs 1", "lazy.py"),
    ],
)
def test_each_command_gives_a_hint_that_works(minidl: Run, folder: Path, words: str, name: str) -> None:
    command = [*words.split(), "--plugin", str(folder / name)]

    done = minidl(*command, PYTHONPATH="")

    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'doubling'; doubling is next to " + name in done.stderr
    advice = re.search(r"\(PYTHONPATH='([^']+)' minidl …, or sys\.path\.append\('([^']+)'\) first\)", done.stderr)
    assert advice is not None
    assert set(advice.groups()) == {str(folder)}
    if words == "check double":
        command += ["--shape", "3"]
    assert minidl(*command, PYTHONPATH=advice[1]).returncode == 0


def test_an_existing_pythonpath_is_kept(minidl: Run, folder: Path) -> None:
    done = minidl("list", "--plugin", str(folder / "layers.py"), PYTHONPATH="elsewhere")

    assert f"(PYTHONPATH='{folder}':$PYTHONPATH minidl …" in done.stderr


def test_a_relative_import_gets_the_same_hint(minidl: Run, folder: Path) -> None:
    done = minidl("list", "--plugin", str(folder / "relative.py"))

    assert (
        "relative.py is not part of a package: import without the dot, and add the folder to the import path"
        in done.stderr
    )


@pytest.mark.slow
def test_a_module_of_a_package_gets_the_hint_of_a_relative_import(folder: Path) -> None:
    (folder / "__init__.py").touch()

    hint = hint_of(f"import sys; sys.path.append({str(folder.parent)!r}); __import__('my plugins.layers')")

    assert hint.endswith("doubling is next to layers.py in a package: write 'from . import doubling'")


@pytest.mark.slow
@pytest.mark.parametrize("source", ["import nowhere_at_all", "raise ImportError('doubling')", "raise ValueError('x')"])
def test_other_errors_get_no_hint(folder: Path, source: str) -> None:
    (folder / "other.py").write_text(source)

    assert "is next to" not in hint_of(f"import runpy; runpy.run_path({str(folder / 'other.py')!r})")


def test_the_folder_of_a_plugin_file_is_not_on_the_import_path(minidl: Run, folder: Path) -> None:
    (folder / "doubling.py").write_text("print('run')\n")

    assert "run\n" not in minidl("list", "--plugin", str(folder / "layers.py")).stdout


def hint_of(source: str) -> str:
    script = f"from minidl_core.errors import describe_exception\ntry:\n    {source}\nexcept Exception as error:\n    print(describe_exception(error))\n"
    done = subprocess.run(
        [sys.executable, "-c", script], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
