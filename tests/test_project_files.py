"""The files that the project keeps for its tools and for the host of its code."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def lint_message(message: str) -> str:
    """Return what the hook for commit messages prints about a message."""
    command = [sys.executable, "-c", "from gitlint.cli import cli; cli()", "--config", ROOT / ".gitlint"]
    done = subprocess.run(command, input=message, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == (not done.stderr), done.stderr
    return done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("message", ["Read tables with a header of two lines\n\nWhy: people have them.\n", "x" * 72])
def test_a_commit_message_of_the_agreed_form_passes(message: str) -> None:
    assert lint_message(message) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("x" * 73, "T1 Title exceeds max length (73>72)"),
        ("Read tables; write tables", "T7 Title does not match regex (^[^;]+$)"),
        ("Read tables.", "T3 Title has trailing punctuation (.)"),
        ("\n", "T7 Title does not match regex"),
    ],
)
def test_a_commit_message_of_another_form_is_refused(message: str, found: str) -> None:
    assert found in lint_message(message)


def test_the_citation_names_the_version() -> None:
    assert f"\nversion: {PROJECT['version']}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_python_versions_are_those_that_are_tested() -> None:
    classified = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    in_nox = re.findall(r"^PYTHONS = (.*)$", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    in_ci = re.findall(r"^ +python: (.*)$", (ROOT / ".github" / "workflows" / "ci.yml").read_text(), re.MULTILINE)
    assert in_nox == in_ci == [str(classified).replace("'", '"')]
    assert PROJECT["requires-python"] == f">={classified[0]}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit(path: Path) -> None:
    actions = re.findall(r"uses: (.*)$", path.read_text(), re.MULTILINE)
    assert actions
    for action in actions:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)
