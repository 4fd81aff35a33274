"""`minidl describe`."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from minidl_core import default_registry
from minidl_core.registry import Entry
from minidl_core.registry.definition import definition_of

Run = Callable[..., subprocess.CompletedProcess[str]]

NAMES = sorted({entry.name for entry in default_registry().entries()})

PLUGIN = '''
from minidl_core import Loss, Module

RATE = 0.25


class Scaled(Module):
    """Output times a number."""

    def __init__(self, size: int, rate: float = RATE) -> None:
        self.size, self.rate = size, rate

    def forward(self, x):
        return x * self.rate

    def backward(self, grad_output):
        return grad_output * self.rate
'''


def examples(minidl: Run, name: str) -> list[str]:
    """Return the examples of the parts of a name."""
    return [part["example"] for part in json.loads(minidl("describe", name, "--json").stdout)]


def make_rents(folder: Path) -> None:
    """Write the table that examples speak of."""
    rows = [f"{500.5 + 10 * area + 100 * (area % 3)},{area},{'ABC'[area % 3]}" for area in range(20, 70)]
    (folder / "rents.csv").write_text("\n".join(["rent,area,city", *rows]))
    (folder / "data.csv").write_text("\n".join(["x,species", *(f"{x / 7},{'ab'[x % 2]}" for x in range(40))]))


def test_signature_formulas_and_an_example_are_shown(minidl: Run) -> None:
    done = minidl("describe", "linear")
    assert done.returncode == 0
    assert "linear(out_features: int, in_features: int | None = None, bias: bool = True)" in done.stdout
    assert "Forward:   y = x Wᵀ + b" in done.stdout
    assert done.stdout.splitlines()[-1] == "Example: minidl run --layers linear:25,relu,linear:2"
    assert done.stdout.count("Example:") == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_part_can_be_described(minidl: Run, name: str) -> None:
    done = minidl("describe", name)
    assert done.returncode == 0
    assert "Example: minidl" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_part_runs(minidl: Run, tmp_path: Path, name: str) -> None:
    make_rents(tmp_path)
    for example in examples(minidl, name):
        program, *words = shlex.split(example)
        short = ["--epochs", "1"] if words[0] == "run" else []
        done = minidl(*words, *short)
        assert program == "minidl"
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_example_uses_the_part_once(minidl: Run, name: str) -> None:
    for part in json.loads(minidl("describe", name, "--json").stdout):
        if part["kind"] not in {"hook", "command"}:
            words = part["example"].replace(":", " ").replace(",", " ").split()
            assert words.count(name) == (2 if name == "linear" else 1), part["example"]


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_the_terminal_and_no_word_is_broken(minidl: Run, name: str, width: int) -> None:
    wide = minidl("describe", name, COLUMNS="200").stdout
    narrow = minidl("describe", name, COLUMNS=str(width)).stdout
    for line in narrow.splitlines():
        assert len(line) <= width or line.startswith(("Example:", "From", "    missing_values")) or "Literal" in line
    words = [{part for part in re.split(r"[\s,()]+", text) if part} for text in (narrow, wide)]
    assert words[0] == words[1]


def test_a_default_that_is_a_constant_is_shown_as_its_value(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN)
    done = minidl("describe", "scaled", "--plugin", "mine.py")
    assert "scaled(size: int, rate: float = 0.25)" in done.stdout
    assert "Example: minidl run --layers linear:25,scaled:size=25,linear:2" in done.stdout


@pytest.mark.parametrize("entry", [one for one in default_registry().entries() if one.kind != "command"], ids=str)
def test_defaults_are_shown_as_values_and_not_as_names(entry: Entry) -> None:
    for setting in definition_of(entry).settings:
        if setting.default is not None:
            ast.literal_eval(setting.default)


def test_json_has_the_same_content_as_the_text(minidl: Run) -> None:
    (part,) = json.loads(minidl("describe", "sgd", "--json").stdout)
    assert (part["kind"], part["name"], part["distribution"], part["status"]) == ("optimizer", "sgd", "minidl", "ok")
    assert part["settings"][0] == {"name": "lr", "type": "float", "default": "0.01"}
    assert part["example"] == "minidl run --optimizer sgd:lr=0.01:momentum=0.9"


def test_a_dataset_with_settings_is_described_by_its_data(minidl: Run) -> None:
    done = minidl("describe", "disk:train=30:test=10", COLUMNS="80")
    assert done.returncode == 0
    assert "30 rows to train with, 10 to test with" in done.stdout
    assert "Target: class, classification: outside" in done.stdout
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    described = json.loads(minidl("describe", "disk:train=30:test=10", "--json").stdout)
    assert [column["name"] for column in described["columns"]] == ["x", "y"]
    assert described["rows"] == {"train": 30, "test": 10}
    assert described["problems"] == []


def test_a_table_is_described_without_training(minidl: Run, tmp_path: Path) -> None:
    make_rents(tmp_path)
    done = minidl("describe", "table:rents.csv:target=rent", COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("area", "city", "20 to 69", "one-hot", "50 rows read", "Target: rent, regression, mean"):
        assert words in done.stdout
    described = json.loads(minidl("describe", "table:rents.csv:target=rent", "--json").stdout)
    assert [column["name"] for column in described["columns"]] == ["rent", "area", "city"]
    assert described["rows"]["read"] == 50


def test_settings_are_refused_unless_the_part_is_a_dataset(minidl: Run) -> None:
    done = minidl("describe", "linear:25")
    assert done.returncode == 2
    assert "'linear' is a layer" in done.stderr


def test_an_unknown_name_gets_a_suggestion(minidl: Run) -> None:
    done = minidl("describe", "liner")
    assert done.returncode == 2
    assert "did you mean 'linear'" in done.stderr
