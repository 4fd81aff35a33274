"""Failing writes to standard output and error do not abort training, and are reported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import minidl_core
from minidl_core.cli.streams import resilient_streams

RUN = ("run", "--data", "disk:train=60:test=60", "--epochs", "40", "--save", "it.safetensors")

FULL = "Error: the output could not be written completely: No space left on device\n"


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs minidl with redirections, and returns its own status and what the shell shows."""
    program = Path(sys.executable).with_name("minidl")

    def run(*words: str, redirected: str) -> tuple[int, str, str]:
        command = f"({program} {' '.join(words)} {redirected.partition('|')[0]}; echo $? > status)"
        after = "".join(redirected.partition("|")[1:])
        done = subprocess.run(
            ["bash", "-c", command + after], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        return int((tmp_path / "status").read_text()), done.stdout, done.stderr

    return run


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("redirected", ["| head -n 1", "2>&1 | head -n 1", "| true", "2>&1 >/dev/null | true"])
def test_a_closed_pipe_does_not_abort_training(
    shell: Callable[..., tuple[int, str, str]], tmp_path: Path, more: tuple[str, ...], redirected: str
) -> None:
    status, _, errors = shell(*RUN, *more, redirected=redirected)
    assert status == 0
    assert minidl_core.load(tmp_path / "it.safetensors").out_shape == (2,)
    assert not any(word in errors for word in ("Error", "Exception", "Traceback", "Broken", "Warning"))


@pytest.mark.slow
@pytest.mark.parametrize("words", [("list",), ("--help",), ("describe", "linear"), ("plugins", "--json")])
def test_every_command_tolerates_a_closed_pipe(
    shell: Callable[..., tuple[int, str, str]], words: tuple[str, ...]
) -> None:
    assert shell(*words, redirected="| true") == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_failed_write_is_an_error_at_the_end(
    shell: Callable[..., tuple[int, str, str]], tmp_path: Path, more: tuple[str, ...]
) -> None:
    status, _, errors = shell(*RUN, *more, redirected="> /dev/full")
    assert status == 1
    assert errors.endswith(FULL)
    assert errors.count("Error") == 1
    assert minidl_core.load(tmp_path / "it.safetensors").out_shape == (2,)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("list", "--json"), ("--version",), ("new", "layer", "swish"), ("check", "relu")])
def test_every_command_reports_a_failed_write(
    shell: Callable[..., tuple[int, str, str]], words: tuple[str, ...]
) -> None:
    status, _, errors = shell(*words, redirected="> /dev/full")
    assert (status, errors) == (1, FULL)


@pytest.mark.slow
def test_a_full_standard_error_loses_only_its_own_messages(
    shell: Callable[..., tuple[int, str, str]],
) -> None:
    status, output, _ = shell(*RUN, redirected="2> /dev/full")
    assert status == 0
    assert "Saved to it.safetensors" in output


@pytest.mark.slow
@pytest.mark.parametrize("redirected", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_not_taken_for_files(
    shell: Callable[..., tuple[int, str, str]], tmp_path: Path, redirected: str
) -> None:
    status, output, _ = shell(*RUN, redirected=redirected)
    assert status == 0
    assert "epoch 1/40" not in output
    assert minidl_core.load(tmp_path / "it.safetensors").out_shape == (2,)


def test_characters_that_the_encoding_lacks_are_escaped(
    minidl: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    for encoding in ("ascii", "utf-8"):
        done = minidl(*RUN[:-1], "aé.safetensors", PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr
        assert "Saved to a" in done.stdout


def test_the_streams_are_restored() -> None:
    before = sys.stdout, sys.stderr
    with resilient_streams() as output:
        assert sys.stdout is output
    assert (sys.stdout, sys.stderr) == before


@pytest.mark.slow
def test_json_is_written_completely(shell: Callable[..., tuple[int, str, str]]) -> None:
    _, output, _ = shell(*RUN, "--json", redirected="| cat")
    assert len(json.loads(output)["repeats"][0]["history"]) == 40
