"""`minidl describe`."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

import pytest

from minidl_core import default_registry

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_it_shows_signature_formulas_and_an_example(minidl: Run) -> None:
    done = minidl("describe", "linear")
    assert done.returncode == 0
    assert "linear(out_features: int, in_features: int | None = None, bias: bool = True)" in done.stdout
    assert "Forward:   y = x Wᵀ + b" in done.stdout
    assert "Example: minidl run --layers" in done.stdout


@pytest.mark.parametrize("name", sorted({entry.name for entry in default_registry().entries()}))
def test_every_part_can_be_described(minidl: Run, name: str) -> None:
    done = minidl("describe", name)
    assert done.returncode == 0
    assert "Example: minidl" in done.stdout


def test_an_example_of_a_parts_own_is_shown_as_it_is(minidl: Run) -> None:
    last = minidl("describe", "table").stdout.splitlines()[-1]
    assert last == "Example: minidl run --data table:data.csv:target=species"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["linear", "tanh", "mse", "sgd", "disk", "accuracy", "r2"])
def test_the_example_of_a_part_works(minidl: Run, name: str) -> None:
    example = minidl("describe", name).stdout.partition("Example: ")[2]
    done = minidl(*shlex.split(example)[1:], "--epochs", "1")
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_suggests_the_nearest(minidl: Run) -> None:
    done = minidl("describe", "liner")
    assert done.returncode == 2
    assert "did you mean 'linear'" in done.stderr
