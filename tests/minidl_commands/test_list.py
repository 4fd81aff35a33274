"""`minidl list`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_every_part_is_listed(minidl: Run) -> None:
    done = minidl("list")
    assert done.returncode == 0
    for line in ("layer      linear", "loss       mse", "dataset    table", "command    run", "metric     r2"):
        assert line in done.stdout


def test_one_kind_can_be_listed_alone(minidl: Run) -> None:
    assert {line.split()[1] for line in minidl("list", "layers").stdout.splitlines()[1:]} >= {"linear", "relu", "tanh"}
    assert "mse" not in minidl("list", "layer").stdout


def test_json_gives_objects_sorted_by_kind_and_name(minidl: Run) -> None:
    parts = json.loads(minidl("list", "--json").stdout)
    assert [(part["kind"], part["name"]) for part in parts] == sorted((part["kind"], part["name"]) for part in parts)
    (relu,) = [part for part in parts if part["name"] == "relu"]
    assert relu["distribution"] == "minidl"
    assert relu["target"] == "minidl_layers.relu:ReLU"
    assert relu["status"] == "ok"
    assert set(relu) == {"kind", "name", "distribution", "version", "target", "status", "reason"}


def test_an_unknown_kind_gets_a_suggestion(minidl: Run) -> None:
    done = minidl("list", "layrs")
    assert done.returncode == 2
    assert "did you mean 'layers'" in done.stderr
