"""`minidl new`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_folder_is_created_and_the_next_commands_are_printed(minidl: Run, tmp_path: Path) -> None:
    done = minidl("new", "layer", "swish")
    assert (done.returncode, done.stderr) == (0, "")
    made = [line.strip() for line in done.stdout.partition("Next:")[0].splitlines()[1:]]
    assert made == [
        "pyproject.toml",
        "README.md",
        "LICENSE",
        ".gitignore",
        "minidl_swish/__init__.py",
        "minidl_swish/py.typed",
        "minidl_swish/swish.py",
        "tests/test_swish.py",
    ]
    assert all((tmp_path / "minidl-swish" / file).is_file() for file in made)
    assert done.stdout.splitlines()[0] == "Created minidl-swish:"
    assert [line.strip() for line in done.stdout.partition("Next:\n")[2].splitlines()] == [
        "cd minidl-swish",
        "python -m pip install -e '.[test]'",
        "python -m pytest",
        "minidl check swish",
        "minidl run --layers linear:25,swish,linear:2",
    ]


def test_folder_distribution_and_author_are_options(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    done = minidl("new", "hook", "core", "--folder", "plugins", "--distribution", "acme-core", "--author", "Ada")
    assert done.returncode == 0, done.stderr
    assert "Ada" in (tmp_path / "plugins" / "acme-core" / "LICENSE").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["layr", "swish"], "there is no kind 'layr': did you mean 'layer"),
        (["layer", "my swish"], "'my swish' is not a valid name of a layer"),
        (["layer", "lambda"], "is a Python keyword"),
        (["layer", "relu"], "the layer 'relu' exists already, from minidl "),
        (["layer", "core"], "a package 'minidl_core' can already be imported: choose another name with --distribution"),
        (["layer", "swish", "--folder", "missing"], "the directory missing does not exist"),
        (["layer", "swish", "--author", ""], "the author must be one line of text"),
        (["layer", "swish", "--distribution", ""], "'' is not a valid name of a distribution"),
    ],
)
def test_invalid_input_is_an_error_and_creates_nothing(
    minidl: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    done = minidl("new", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_not_changed(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "minidl-swish").mkdir()
    done = minidl("new", "layer", "swish")
    assert done.returncode == 2
    assert "minidl-swish exists already and is not changed" in done.stderr
    assert list((tmp_path / "minidl-swish").iterdir()) == []


@pytest.mark.slow
def test_kinds_are_completed() -> None:
    completing = {"_MINIDL_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "minidl new l"}
    program = Path(sys.executable).with_name("minidl")
    done = subprocess.run(
        [program], env=os.environ | completing, capture_output=True, text=True, check=False, timeout=60
    )
    assert "layer" in done.stdout
    assert "loss" in done.stdout
    assert "metric" not in done.stdout
