"""The example plugin: built, installed, used, and uninstalled."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.support.environments import ROOT, Completed, Environment, build_wheels

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "examples" / "minidl-swish"
SPEC = "linear:25,swish,linear:2"


class Installed:
    """An environment with minidl and the example, and a working directory."""

    def __init__(self, folder: Path, minidl_wheel: Path) -> None:
        self.wheels = build_wheels(folder / "wheels", EXAMPLE)
        self.environment = Environment.create(folder / "environment", [minidl_wheel, *self.wheels])
        self.folder = folder / "work"
        self.folder.mkdir()

    def minidl(self, *arguments: str, check: bool = True, **variables: str) -> Completed:
        return self.environment.run("minidl", *arguments, cwd=self.folder, check=check, **variables)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, minidl_wheel: Path) -> Installed:
    return Installed(tmp_path_factory.mktemp("example"), minidl_wheel)


def test_layer_hook_and_command_are_listed(installed: Installed) -> None:
    lines = [line.split() for line in installed.minidl("list").stdout.splitlines()]
    for kind, name in (("layer", "swish"), ("hook", "csv_log"), ("command", "curve")):
        assert [kind, name, "minidl-swish", "0.1.0", "ok"] in lines
    assert re.search(r"curve +Print the values and slopes of a layer", installed.minidl("--help").stdout)


def test_a_run_uses_the_layer_by_name_and_the_hook_writes_its_log(installed: Installed) -> None:
    installed.minidl("run", "--layers", SPEC, "--epochs", "2", "--repeats", "2", MINIDL_CSV_LOG="log.csv")
    with (installed.folder / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["repeat"], row["epoch"]) for row in rows] == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]
    assert float(rows[1]["test_accuracy"]) > 0.5


def test_a_path_where_no_log_can_be_written_is_reported(installed: Installed) -> None:
    done = installed.minidl("run", "--epochs", "1", check=False, MINIDL_CSV_LOG="missing/log.csv")
    assert "MINIDL_CSV_LOG is missing/log.csv, where no file can be written" in done.stderr


def test_the_command_prints_what_the_readme_shows(installed: Installed) -> None:
    done = installed.minidl("curve", "swish:beta=2", "--from", "-2", "--to", "2", "--points", "5")
    shown = re.search(r"```text\n(.*?)```", (EXAMPLE / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    assert done.stdout == shown[1]


def test_its_own_tests_pass(installed: Installed) -> None:
    command = ["-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", EXAMPLE]
    done = installed.environment.run("python", *command, cwd=installed.folder)
    assert " passed" in done.stdout


def test_once_uninstalled_errors_say_what_to_install(installed: Installed) -> None:
    installed.minidl("run", "--layers", SPEC, "--epochs", "1", "--save", "m.safetensors")
    load = ["-c", "import minidl_core as m; print(m.load('m.safetensors'))"]
    assert "Swish()" in installed.environment.run("python", *load, cwd=installed.folder).stdout

    installed.environment.pip("uninstall", "--yes", "minidl-swish")
    try:
        run = installed.minidl("run", "--layers", SPEC, check=False)
        assert run.returncode == 2
        assert "there is no layer 'swish': " in run.stderr
        assert "minidl-swish" not in installed.minidl("list").stdout
        curve = installed.minidl("curve", "relu", check=False)
        assert curve.returncode == 2
        assert "curve" in curve.stderr
        loaded = installed.environment.run("python", *load, cwd=installed.folder, check=False)
        assert loaded.returncode != 0
        error = loaded.stderr.splitlines()[-1]
        for words in ("m.safetensors", "swish", "minidl-swish 0.1.0", "pip install 'minidl-swish==0.1.0'"):
            assert words in error
    finally:
        installed.environment.pip("install", "--no-deps", "--no-index", *installed.wheels)
