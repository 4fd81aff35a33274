"""Measurements made before Ctrl-C or divergence are kept."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from minidl_compare import Comparison, compare_with_torch, draw, measurements
from minidl_compare.comparison_result import Quartiles, StepTime
from minidl_compare.sweep import Measure
from minidl_compare.training import Task, Training
from minidl_core import DivergenceError, RunConfig, TrainingInterrupted
from tests.support.waiting import wait_for

SHORT = RunConfig(data="disk:train=60:test=60", epochs=2, repeats=4)


def stopping(monkeypatch: pytest.MonkeyPatch, side: str, call: int, error: type[BaseException]) -> None:
    """Make a side fail at a call, counted from 1; the first is the warm-up."""
    original: Callable[[Task], Training] = getattr(Task, side)
    calls = []

    def watched(task: Task) -> Training:
        calls.append(task)
        if len(calls) == call:
            raise error("stopped")
        return original(task)

    monkeypatch.setattr(Task, side, watched)


@pytest.mark.parametrize(("side", "call", "pairs"), [("by_minidl", 3, 1), ("by_torch", 3, 1), ("by_torch", 5, 3)])
def test_ctrl_c_keeps_the_pairs_that_have_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, side: str, call: int, pairs: int
) -> None:
    stopping(monkeypatch, side, call, KeyboardInterrupt)
    with pytest.raises(TrainingInterrupted) as caught:
        compare_with_torch(SHORT, most_points=3000)
    result = caught.value.result
    assert isinstance(result, Comparison)
    assert result.interrupted
    assert len(result.minidl) == len(result.torch) == pairs
    assert result.steps == {}
    content = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert content["interrupted"] is True
    assert len(content["torch"]["repeats"]) == pairs
    assert content["ratio"]["total"]["low"] <= content["ratio"]["total"]["high"]
    assert result.decisions is not None
    assert [path.name for path in draw(result, tmp_path)] == ["figure-1-points.png", "figure-2-learning.png"]


@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, TrainingInterrupted])
def test_ctrl_c_before_the_first_pair_has_ended_leaves_no_result(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException], call: int
) -> None:
    stopping(monkeypatch, "by_minidl", call, error)
    with pytest.raises(KeyboardInterrupt) as caught:
        compare_with_torch(SHORT)
    assert not isinstance(caught.value, TrainingInterrupted)


@pytest.fixture
def sweeping(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[BaseException]], None]:
    """Return a function that makes a sweep fail at its fifth size, the third width, without timing any."""

    def prepare(error: type[BaseException]) -> None:
        original = measurements.sweep

        def cut(*arguments: object) -> object:
            for number, (varied, size, _) in enumerate(original(*arguments), 1):
                yield varied, size, fail if number == 5 else timed(size)

        def fail() -> StepTime:
            raise error("the loss became nan")

        def timed(size: int) -> Measure:
            spent = {"forward": 0.1, "backward": 0.1, "update": 0.1, "step": 0.3}
            return lambda: StepTime(size, spent, spent, Quartiles(1, 1, 1))

        monkeypatch.setattr(measurements, "sweep", cut)

    return prepare


def test_ctrl_c_in_the_sweep_keeps_all_pairs_and_the_sizes_that_were_timed(
    sweeping: Callable[[type[BaseException]], None], tmp_path: Path
) -> None:
    sweeping(KeyboardInterrupt)
    with pytest.raises(TrainingInterrupted) as caught:
        compare_with_torch(SHORT, most_points=3000)
    result = caught.value.result
    assert isinstance(result, Comparison)
    assert len(result.minidl) == 4
    assert {varied: [time.size for time in times] for varied, times in result.steps.items()} == {
        "points": [1000, 3000],
        "width": [16, 32],
    }
    assert len(draw(result, tmp_path)) == 3


def test_divergence_in_the_sweep_or_in_a_later_pair_keeps_earlier_measurements(
    sweeping: Callable[[type[BaseException]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeping(DivergenceError)
    with pytest.raises(
        DivergenceError, match=r"in steps timed against width of hidden layers \(units\), at 64, the"
    ) as it:
        compare_with_torch(SHORT, most_points=3000)
    assert isinstance(it.value.result, Comparison)
    assert not it.value.result.interrupted
    assert len(it.value.result.minidl) == 4
    stopping(monkeypatch, "by_torch", 4, DivergenceError)
    with pytest.raises(DivergenceError, match="in repeat 3, stopped") as it:
        compare_with_torch(SHORT)
    assert isinstance(it.value.result, Comparison)
    assert len(it.value.result.minidl) == 2


CALL_REPORTED = """
from pathlib import Path
from minidl_compare.training import Task
from minidl_core import Metric

calls = []
original = Task.by_minidl

class Unused(Metric):
    pass

def reported(task):
    calls.append(task)
    if len(calls) == {call}:
        Path("called").touch()
    return original(task)

Task.by_minidl = reported
"""
"""A plugin file that reports a training by minidl, counted from 1; the first is the warm-up."""


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [False, True])
def test_ctrl_c_ends_the_command_with_the_results_so_far(tmp_path: Path, as_json: bool) -> None:
    program = Path(sys.executable).with_name("minidl")
    options = ("--data", "disk:train=60:test=60", "--epochs", "50", "--repeats", "100000", "--figures", "pictures")
    (tmp_path / "reporting.py").write_text(CALL_REPORTED.format(call=3))
    command = [program, "compare", "--plugin", "reporting.py", *options, *(["--json"] if as_json else [])]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        if as_json:  # nothing reports the end of the first pair
            wait_for(tmp_path / "called", process)
        else:
            assert process.stderr.readline().startswith("pair 1/100000: minidl 0.")
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr.endswith("Interrupted: the results so far are above.\n")
    assert "Traceback" not in stderr
    assert len(list((tmp_path / "pictures").iterdir())) == 2
    if as_json:
        assert json.loads(stdout)["interrupted"] is True
    else:
        assert "accuracy" in stdout


@pytest.mark.slow
def test_ctrl_c_before_the_first_pair_has_ended_says_so(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("minidl")
    (tmp_path / "reporting.py").write_text(CALL_REPORTED.format(call=2))
    command = [program, "compare", "--plugin", "reporting.py", "--epochs", "1000000"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        wait_for(tmp_path / "called", process)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr == "Interrupted before the first pair of trainings had ended: there is nothing to show.\n"
