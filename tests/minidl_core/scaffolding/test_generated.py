"""New plugins are installed from wheels, pass their own tests and are used by name."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from minidl_core.registry import KINDS
from tests.support.environments import ROOT, Environment, build_wheels

pytestmark = pytest.mark.slow

USED_IN_A_RUN = ("layer", "loss", "optimizer", "dataset", "metric", "engine")


class Plugins:
    """A plugin of each kind, made by the `minidl new` of an environment and installed there."""

    def __init__(self, folder: Path, minidl_wheel: Path) -> None:
        self.folder = folder
        self.environment = Environment.create(folder / "environment", [minidl_wheel])
        self.folders = {kind: folder / f"minidl-my-{kind}" for kind in KINDS}
        self.uses: dict[str, list[str]] = {}
        for kind in KINDS:
            made = self.environment.run("minidl", "new", kind, f"my-{kind}", cwd=folder)
            self.uses[kind] = shlex.split(made.stdout.splitlines()[-1])
        self.wheels = build_wheels(folder / "wheels", *self.folders.values())
        self.environment.pip("install", "--no-deps", "--no-index", *self.wheels)


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory, minidl_wheel: Path) -> Plugins:
    return Plugins(tmp_path_factory.mktemp("plugins"), minidl_wheel)


def test_all_are_listed_with_their_distribution(plugins: Plugins) -> None:
    listed = json.loads(plugins.environment.run("minidl", "list", "--json", cwd=plugins.folder).stdout)
    found = {(part["kind"], part["name"], part["distribution"], part["version"], part["status"]) for part in listed}
    assert found >= {(kind, f"my-{kind}", f"minidl-my-{kind}", "0.1.0", "ok") for kind in KINDS}


def test_parts_are_used_by_name_in_a_run(plugins: Plugins) -> None:
    options = [word for kind in USED_IN_A_RUN for word in plugins.uses[kind][2:]]
    done = plugins.environment.run("minidl", "run", *options, "--epochs", "3", "--json", cwd=plugins.folder)
    result = json.loads(done.stdout)
    assert {"layers": "linear:25,my-layer,linear:2", "loss": "my-loss", "data": "my-dataset"}.items() <= result[
        "config"
    ].items()
    assert {f"minidl-my-{kind}" for kind in USED_IN_A_RUN} <= result["versions"].keys()
    assert result["repeats"][0]["final"]["test"]["my-metric"] > 0.5
    assert done.stderr == ""


def test_the_hook_takes_part_in_every_run(plugins: Plugins) -> None:
    done = plugins.environment.run("minidl", *plugins.uses["hook"][1:], "--epochs", "2", cwd=plugins.folder)
    assert "my-hook: best was epoch 2, test loss 0." in done.stderr


def test_the_command_is_called_by_its_name(plugins: Plugins) -> None:
    assert plugins.environment.run("minidl", *plugins.uses["command"][1:], cwd=plugins.folder).stdout == "1427\n"
    assert "Print the number of parameters" in plugins.environment.run("minidl", "--help", cwd=plugins.folder).stdout


def test_their_own_tests_pass(plugins: Plugins) -> None:
    tests = [folder / "tests" for folder in plugins.folders.values()]
    done = plugins.environment.run(
        "python", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *tests, cwd=plugins.folder
    )
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.parametrize("check", ["check", "format --check"])
def test_they_are_clean_under_ruff_with_its_defaults(plugins: Plugins, check: str) -> None:
    for folder in plugins.folders.values():
        command = [sys.executable, "-m", "ruff", *check.split(), "--no-cache", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_they_and_the_example_are_clean_under_mypy_in_strict_mode(plugins: Plugins) -> None:
    """In one run, because most of its time goes into torch; where the repository was checked first, that is kept."""
    folders = [*plugins.folders.values(), ROOT / "examples" / "minidl-swish"]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    options = ["--strict", "--cache-dir", ROOT / ".mypy_cache", "--python-executable", plugins.environment.python]
    command = [sys.executable, "-m", "mypy", *options, *files]
    done = subprocess.run(command, cwd=plugins.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_they_pass_every_check_and_none_is_broken(plugins: Plugins) -> None:
    names = [f"my-{kind}" for kind in KINDS]
    checked = plugins.environment.run("minidl", "check", *names, "--json", cwd=plugins.folder)
    outcomes = json.loads(checked.stdout)
    assert {outcome["part"] for outcome in outcomes} == set(names)
    assert all(outcome["status"] != "failed" for outcome in outcomes)
    examined = json.loads(plugins.environment.run("minidl", "plugins", "doctor", "--json", cwd=plugins.folder).stdout)
    assert {one["name"] for one in examined} >= {f"minidl-my-{kind}" for kind in KINDS}
    assert {one["status"] for one in examined} == {"ok"}


def test_pip_reinstalls_them_from_the_requirements(plugins: Plugins, tmp_path: Path) -> None:
    lines = tmp_path / "requirements.txt"
    lines.write_text(plugins.environment.run("minidl", "plugins", "--requirements", cwd=plugins.folder).stdout)
    again = Environment.create(tmp_path / "environment", ["-r", lines])
    listings = [one.run("minidl", "list", "--json", cwd=tmp_path).stdout for one in (plugins.environment, again)]
    assert listings[0] == listings[1]


def test_an_installed_name_is_refused(plugins: Plugins) -> None:
    done = plugins.environment.run("minidl", "new", "layer", "My_Layer", cwd=plugins.folder, check=False)
    assert done.returncode == 2
    assert "the layer 'my-layer' exists already, from minidl-my-layer 0.1.0" in done.stderr
