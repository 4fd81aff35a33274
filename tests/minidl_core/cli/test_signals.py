"""SIGTERM and SIGHUP are handled like Ctrl-C: partial results are printed and saved."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import minidl_core

Run = Callable[..., subprocess.CompletedProcess[str]]

SHORT = ("--data", "disk:train=60:test=60")

IN_TRAINING = """
import os
from minidl_core import hookimpl

@hookimpl
def minidl_epoch_ended(run, epoch):
    if epoch.epoch == 3:
        for _ in range({times}):
            os.kill(os.getpid(), {number})
"""

WHILE_LOADING = """
import os
from minidl_core import Dataset

class Slow(Dataset):
    def load(self, seed):
        os.kill(os.getpid(), {number})
"""

WHILE_IMPORTED = """
import os
os.kill(os.getpid(), {number})
"""

STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture
def sending(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes a plugin file which sends a signal to the program that loads it."""

    def write(source: str, number: signal.Signals, times: int = 1) -> str:
        (tmp_path / "sending.py").write_text(source.format(number=int(number), times=times))
        return "sending.py"

    return write


@pytest.mark.parametrize("number", STATUS)
def test_partial_results_are_printed_and_saved(
    minidl: Run, sending: Callable[..., str], tmp_path: Path, number: signal.Signals
) -> None:
    file = sending(IN_TRAINING, number)
    done = minidl("run", "--plugin", file, *SHORT, "--epochs", "1000000", "--json", "--save", "it.safetensors")
    assert done.returncode == STATUS[number]
    assert done.stderr == "Interrupted: the results so far are above.\n"
    result = json.loads(done.stdout)
    assert result["interrupted"] is True
    assert result["saved"] == "it.safetensors"
    assert len(result["repeats"][0]["history"]) == 3
    assert len(minidl_core.load(tmp_path / "it.safetensors")) == 7


def test_partial_scores_are_printed(minidl: Run, sending: Callable[..., str]) -> None:
    done = minidl("run", "--plugin", sending(IN_TRAINING, signal.SIGTERM), *SHORT, "--epochs", "1000000")
    assert done.returncode == 143
    assert "After 3 epochs" in done.stdout
    assert done.stderr.endswith("Interrupted: the results so far are above.\n")


def test_a_signal_repeated_at_once_is_one_request(minidl: Run, sending: Callable[..., str]) -> None:
    file = sending(IN_TRAINING, signal.SIGTERM, times=2)
    done = minidl("run", "--plugin", file, *SHORT, "--epochs", "1000000", "--json")
    assert done.returncode == 143
    assert json.loads(done.stdout)["interrupted"] is True


@pytest.mark.parametrize(("source", "data"), [(WHILE_LOADING, "slow"), (WHILE_IMPORTED, "disk")])
@pytest.mark.parametrize("number", STATUS)
def test_without_results_only_the_interruption_is_reported(
    minidl: Run, sending: Callable[..., str], source: str, data: str, number: signal.Signals
) -> None:
    done = minidl("run", "--plugin", sending(source, number), "--data", data)
    assert done.returncode == STATUS[number]
    assert done.stdout == ""
    assert done.stderr == "Interrupted.\n"


def test_every_command_can_be_terminated(minidl: Run, sending: Callable[..., str]) -> None:
    for command in ("list", "describe", "check", "compare"):
        words = [command, "--plugin", sending(WHILE_IMPORTED, signal.SIGTERM)]
        done = minidl(*words, *(["relu"] if command in {"describe", "check"} else []))
        assert done.returncode == 143, command
        assert "Traceback" not in done.stderr
        assert "Interrupted" in done.stderr


def test_finished_checks_are_shown(minidl: Run, sending: Callable[..., str]) -> None:
    source = """
import os
from minidl_core import Module

class First(Module):
    def forward(self, x):
        return x
    def backward(self, grad_output):
        return grad_output

class Second(First):
    def build(self, in_shape):
        os.kill(os.getpid(), {number})
        return in_shape
"""
    file = sending(source, signal.SIGTERM)
    done = minidl("check", "first", "second", "--plugin", file, "--level", "basic", "--json")
    assert done.returncode == 143, done.stderr
    assert done.stderr.endswith("Interrupted: the results so far are above.\n")
    assert {outcome["status"] for outcome in json.loads(done.stdout)} <= {"passed", "skipped"}


def test_a_comparison_keeps_its_finished_pairs(minidl: Run, sending: Callable[..., str], tmp_path: Path) -> None:
    source = """
import os
from minidl_core import Dataset
from minidl_datasets.disk import Disk

class Ending(Disk):
    def load(self, seed):
        if seed == 2:
            os.kill(os.getpid(), {number})
        return super().load(seed)
"""
    file = sending(source, signal.SIGTERM)
    words = ("--data", "ending:train=60:test=60", "--epochs", "1", "--json", "--figures", "pictures")
    done = minidl("compare", "--plugin", file, *words)
    assert done.returncode == 143
    content = json.loads(done.stdout)
    assert content["interrupted"] is True
    assert len(content["minidl"]["repeats"]) == 2
    assert len(list((tmp_path / "pictures").iterdir())) == 2


@pytest.mark.slow
def test_a_program_under_nohup_survives_its_terminal(tmp_path: Path, sending: Callable[..., str]) -> None:
    file = sending(IN_TRAINING, signal.SIGHUP)
    program = Path(sys.executable).with_name("minidl")
    command = [program, "run", "--plugin", file, *SHORT, "--epochs", "5", "--json"]
    done = subprocess.run(["nohup", *command], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["repeats"][0]["history"]) == 5
