"""`minidl check`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

SWISH = """
from torch import Tensor
from minidl_core import Module

class Swish(Module):
    def __init__(self, beta: float = 1.0) -> None:
        self.beta = beta

    def forward(self, x: Tensor) -> Tensor:
        self.x, self.s = x, (self.beta * x).sigmoid()
        return x * self.s

    def backward(self, grad_output: Tensor) -> Tensor:
        return SIGN * grad_output * (self.s + self.beta * self.x * self.s * (1 - self.s))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str], None]:
    """Return a function that makes a distribution with the layer swish, correct or with the wrong sign, importable."""

    def install(sign: str) -> None:
        (tmp_path / "swish_layer.py").write_text(SWISH.replace("SIGN", sign))
        metadata = tmp_path / "minidl_swish-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: minidl-swish\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[minidl.layers]\nswish = swish_layer:Swish\n")

    return install


CHECKS = ("gradients match central differences", "saving and loading preserves the output")


def test_the_passed_checks_of_a_correct_layer_are_one_line(minidl: Run) -> None:
    done = minidl("check", "linear")
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert re.fullmatch(r"layer linear: 0 failed, \d+ passed, \d+ skipped", first)
    assert "flatten them first" in done.stdout
    assert re.fullmatch(r"Passed: \d+ checks \(\d+ cases\)", others[-1])
    assert not any(check in done.stdout for check in CHECKS)


def test_verbose_lists_passed_checks(minidl: Run) -> None:
    done = minidl("check", "linear", "--verbose")
    assert all(check in done.stdout for check in CHECKS)


def test_the_basic_level_leaves_out_types_saving_and_replay(minidl: Run) -> None:
    done = minidl("check", "linear", "--verbose", "--level", "basic")
    assert done.returncode == 0, done.stderr
    assert "types, saving and replay were not checked (level basic)" in done.stdout
    assert CHECKS[0] in done.stdout
    assert not any(word in done.stdout.partition("\n")[2] for word in ("float32 and float64 are", "saving", "replay"))


def test_several_parts_of_several_kinds_are_checked_at_once(minidl: Run) -> None:
    done = minidl("check", "relu", "mse", "sgd:lr=0.1", "disk", "r2", "progress", "list", "--shape", "3x4")
    assert done.returncode == 2
    assert "only layers are checked with shapes" in done.stderr
    done = minidl("check", "relu", "mse", "sgd:lr=0.1", "disk", "r2", "progress", "list")
    assert done.returncode == 0, done.stdout
    for title in (
        "layer relu: 0 failed",
        "loss mse: 0 failed",
        "optimizer sgd:lr=0.1: 0 failed",
        "dataset disk: 0 failed",
        "metric r2: 0 failed",
        "hook progress: 0 failed",
        "command list: 0 failed",
    ):
        assert title in done.stdout
    assert done.stdout.splitlines()[-1].startswith("7 parts: 0 failed, ")


def test_a_plugin_with_a_mistake_fails_with_the_probable_cause(
    minidl: Run, installed: Callable[[str], None], tmp_path: Path
) -> None:
    installed("-1")
    done = minidl("check", "minidl-swish/swish", PYTHONPATH=str(tmp_path), COLUMNS="60")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert re.match(r"layer swish: \d+ failed, ", lines[0])
    assert lines[1] == "Failed: gradients match central differences [shape=4, batch=1, training]"
    assert lines[2].startswith("  the gradient of the input is wrong at [0, ")
    assert lines[3] == "  Probable cause: it has the wrong sign"
    assert lines[4] == "  Formula to check: ∂ℓ/∂x in Swish.backward, line 13 of swish_layer.py"
    assert re.fullmatch(r"  Fails in all \d+ cases", lines[5])
    assert sum(line.startswith("Failed: ") for line in lines) == 1


def test_json_gives_sorted_plain_objects(minidl: Run, installed: Callable[[str], None], tmp_path: Path) -> None:
    installed("+1")
    done = minidl("check", "swish:beta=2", "--shape", "3x8", "--shape", "4", "--json", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert {tuple(outcome) for outcome in outcomes} == {("part", "kind", "check", "case", "status", "reason")}
    assert outcomes == sorted(outcomes, key=lambda outcome: tuple(outcome.values()))
    assert {outcome["status"] for outcome in outcomes} == {"passed"}
    assert {outcome["part"] for outcome in outcomes} == {"swish:beta=2"}
    assert "beta=2.0, shape=3x8, batch=7" in {outcome["case"] for outcome in outcomes}


def test_a_part_that_cannot_be_loaded_fails_and_the_others_are_checked(
    minidl: Run, installed: Callable[[str], None], tmp_path: Path
) -> None:
    installed("+1")
    (tmp_path / "swish_layer.py").write_text("import nonsense_that_is_not_there")
    done = minidl("check", "swish", "relu", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "it can be loaded" in done.stdout
    assert "nonsense_that_is_not_there" in done.stdout
    assert "layer relu" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["linaer"], "did you mean 'linear'"),
        (["linear:nought=1"], "linear has no argument 'nought'"),
        (["relu", "--level", "easy"], "level must be basic or full, not 'easy'"),
        (["relu", "--shape", "3by4"], "--shape must be sizes separated by x"),
        (["list:1"], "list is a command, which takes no settings"),
        ([], "nothing to check: give names"),
    ],
)
def test_invalid_arguments_exit_with_status_2(minidl: Run, arguments: list[str], message: str) -> None:
    done = minidl("check", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.slow
def test_its_help_imports_no_torch() -> None:
    code = "import sys, minidl_commands.check; print('torch' in sys.modules, 'rich.table' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
