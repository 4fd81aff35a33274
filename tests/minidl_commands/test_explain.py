"""`minidl explain`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import minidl_core

Run = Callable[..., subprocess.CompletedProcess[str]]

CLOCK = '''
import time

from minidl_core import Module


class Clock(Module):
    """Output plus nothing, at a time."""

    def forward(self, x):
        return x + 0 * time.time()

    def backward(self, grad_output):
        return grad_output * 1.0
'''


def test_the_parts_of_a_step_are_shown(minidl: Run) -> None:
    done = minidl("explain", "--layers", "linear:3,tanh,linear:2", "--batch-size", "7")
    assert done.returncode == 0
    assert done.stdout == minidl_core.explain(minidl_core.RunConfig(layers="linear:3,tanh,linear:2", batch_size=7)).text
    assert "2 tanh: 7×3 to 7×3\n    y = tanh(x)\n" in done.stdout


def test_the_compiled_step_is_shown(minidl: Run) -> None:
    done = minidl("explain", "--native", "--optimizer", "sgd:lr=0.5")
    assert done.returncode == 0
    assert "0.weight[25, 2] += number0 *" in done.stdout
    assert done.stdout.endswith("number0 = -0.5\n")


def test_options_override_a_file(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('layers = "linear:4,linear:2"\nbatch_size = 5\n')
    assert "1 linear:4: 6×2 to 6×4" in minidl("explain", "a.toml", "--batch-size", "6").stdout


def test_what_prevents_compiling_is_shown_with_its_line(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "clock.py").write_text(CLOCK)
    options = ["--plugin", "clock.py", "--layers", "clock,linear:2", "--native"]
    done = minidl("explain", *options)
    assert done.returncode == 0
    first, blank, *others = done.stdout.splitlines()
    assert first.startswith("Note: steps are taken in Python, not compiled: clock at position 1, line 11 of clock.py, ")
    assert (blank, others[:3]) == ("", ["forward:", "  1 clock: 10×2 to 10×2", "    Output plus nothing, at a time."])
    found = json.loads(minidl("explain", *options, "--json").stdout)
    assert found == {"engine": "python", "notice": first.removeprefix("Note: "), "lines": others}


def test_what_parts_print_is_no_part_of_the_output(minidl: Run, tmp_path: Path) -> None:
    (tmp_path / "clock.py").write_text(
        CLOCK + "\n    def build(self, in_shape):\n        print('built')\n        return in_shape\n"
    )
    done = minidl("explain", "--plugin", "clock.py", "--layers", "clock,linear:2")
    assert done.stdout.startswith("forward:\n")
    assert done.stderr == "built\n"


def test_a_mistake_is_an_error_of_the_user(minidl: Run) -> None:
    done = minidl("explain", "--layers", "linaer:2")
    assert done.returncode == 2
    assert "linaer" in done.stderr
