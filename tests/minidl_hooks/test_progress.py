"""The hook progress, in terminals and elsewhere."""

from __future__ import annotations

import io
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rich.console import Console
from rich.live import Live
from torch import Tensor

import minidl_core as minidl
from minidl_core import Data, Metric, hookimpl, run
from minidl_core.training import run_hooks, step_blocks
from minidl_hooks._bar import Bar
from tests.support.grouping_engine import Grouping
from tests.support.screen import Screen
from tests.support.terminal import Terminal

PROGRAM = str(Path(sys.executable).with_name("minidl"))
CLOCK = r"\d+:\d\d:\d\d"


class Recording(io.StringIO):
    """A terminal in memory."""

    def isatty(self) -> bool:
        return True


def recording_terminal(monkeypatch: pytest.MonkeyPatch) -> Recording:
    """Make standard error a terminal in memory, in which each step is reported."""
    recording = Recording()
    monkeypatch.setattr(sys, "stderr", recording)
    monkeypatch.setattr(run_hooks, "NOTIFY_EVERY", 0.0)
    monkeypatch.setattr(step_blocks, "BLOCK_SECONDS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return recording


def frames(text: str) -> list[str]:
    """Return what is drawn between one movement of the cursor and the next, without its colors."""
    return [re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", frame) for frame in re.split(r"\r(?:\x1b\[[\d]*[AK])*", text)]


def shown(text: str, width: int = 80) -> list[str]:
    screen = Screen(width)
    screen.write(text)
    return screen.lines


@pytest.mark.parametrize("metric", ["accuracy", "rmse"])
def test_scores_shown_are_test_scores_and_the_mean_training_loss(monkeypatch: pytest.MonkeyPatch, metric: str) -> None:
    terminal = recording_terminal(monkeypatch)
    losses: list[float] = []

    class Watcher:
        @hookimpl
        def minidl_progressed(self, run: minidl.Run) -> None:
            losses.append(run.live["loss"])

    inputs = torch.linspace(-1, 1, 40)[:, None]
    targets = torch.cat([inputs < 0, inputs >= 0], 1).float()
    data = Data((inputs, targets), (inputs[::3], targets[::3]), "classification")
    if metric == "rmse":
        data = Data((inputs, 2 * inputs), (inputs[::3], 2 * inputs[::3]), "regression")
    layers = f"linear:4,tanh,linear:{data.target_shape[0]}"
    result = minidl.fit(layers, data, metrics=metric, epochs=3, hooks=[Watcher()], progress=True)
    labeled = re.findall(r"(train loss so far|test \w+) (\S+)", " ".join(frames(terminal.getvalue())))
    of_tests = {f"test {name}": {f"{epoch.test[name]:.4g}" for epoch in result.history} for name in ("loss", metric)}
    of_tests["train loss so far"] = {f"{loss:.4g}" for loss in losses}
    assert {label for label, _ in labeled} == set(of_tests)
    for label, value in labeled:
        assert value in of_tests[label], label
    assert len(losses) == 12


@pytest.fixture
def grouping() -> Iterator[str]:
    """Make an engine that trains groups known, and return its name."""
    minidl.default_registry().register("engine", "grouping", Grouping)
    yield "grouping"
    minidl.default_registry().unregister_module(Grouping.__module__)


def test_repeats_trained_together_show_their_means(monkeypatch: pytest.MonkeyPatch, grouping: str) -> None:
    terminal = recording_terminal(monkeypatch)
    config = minidl.RunConfig(
        data="disk:train=40:test=20", epochs=2, repeats=4, layers="linear:3,tanh,linear:2", engine=grouping
    )
    result = run(config, progress=True)
    tests = [[repeat.history[number].test["accuracy"] for repeat in result.repeats] for number in range(2)]
    means = {f"{sum(values) / 4:.4g}" for values in tests}
    text = " ".join(frames(terminal.getvalue()))
    assert set(re.findall(r"test accuracy (\S+)", text)) == means
    assert "(means of 4 repeats)" in text
    assert "repeats 1-4/4 epoch 2/2" in shown(terminal.getvalue())[0]


def test_the_bar_of_a_group_stays_while_one_of_its_runs_is_trained(
    monkeypatch: pytest.MonkeyPatch, grouping: str
) -> None:
    class Worse:
        @hookimpl
        def minidl_run_started(self, run: minidl.Run) -> None:
            if run.repeat == 1:
                run.optimizer.lr = 1e30  # type: ignore[attr-defined]

    terminal = recording_terminal(monkeypatch)
    config = minidl.RunConfig(data="disk:train=40:test=20", epochs=2, repeats=2, layers="linear:2", engine=grouping)
    with pytest.raises(minidl.DivergenceError) as caught:
        run(config, hooks=[Worse()], progress=True)
    (line,) = shown(terminal.getvalue())
    assert "epoch 2/2" in line
    scores = [f"{epoch.test['accuracy']:.4g}" for epoch in caught.value.result.repeats[1].history]
    assert len(set(scores)) == 2
    assert set(re.findall(r"test accuracy (\S+)", " ".join(frames(terminal.getvalue())))) == set(scores)


@pytest.mark.parametrize(
    ("where", "width"),
    [
        ("epoch 1/20", 80),
        ("epoch 100000/100000", 80),
        ("repeats 1-100/100 epoch 1000/1000", 80),
        ("repeats 1001-2000/10000 epoch 100000/100000", 80),
        ("epoch 1/20", 60),
        ("epoch 1/20", 200),
    ],
)
def test_the_bar_keeps_its_width_and_times_are_not_cut(where: str, width: int) -> None:
    file = Recording()
    bar = Bar(Console(file=file, force_terminal=True, width=width, color_system=None))
    bar._started = time.monotonic() - 12
    bar.move(where, 0.25, ["train loss so far 0.4", "test accuracy 0.9"])
    line = shown(file.getvalue(), width)[0]
    assert 20 <= len(re.findall("[━╸╺ ]", line[line.index("━") :].partition("25%")[0])) <= 42
    assert re.search(rf"25% {CLOCK} left$", line)
    assert "0:00:36 left" in line
    assert len(line) <= width - 4
    bar.close(keep=True)
    assert len(shown(file.getvalue(), width)) == 1
    assert "in 0:00:12" in shown(file.getvalue(), width)[0]


def test_many_long_scores_take_several_lines_without_breaking() -> None:
    file = Recording()
    bar = Bar(Console(file=file, force_terminal=True, width=80, color_system=None))
    scores = [f"test {'long_' * length}metric_{length} 0.1234" for length in range(12)]
    scores.append("test " + "x" * 200 + " 0.5")
    bar.move("epoch 1/2", 0.5, scores)
    lines = shown(file.getvalue())
    assert all(len(line) <= 80 for line in lines)
    for score in scores[:-1]:
        assert sum(score in line for line in lines) == 1
    bar.close(keep=True)
    assert len(shown(file.getvalue())) == 1


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--repeats", "2")])
def test_ctrl_c_leaves_one_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    program = Terminal([PROGRAM, "run", "--epochs", "100000", *options], tmp_path)
    deadline = time.monotonic() + 60
    while "test accuracy" not in program.text and time.monotonic() < deadline:
        time.sleep(0.05)
    program.type("\x03")
    assert program.wait() == 130
    screen = Screen(80)
    screen.write(program.text)
    assert sum("━" in line for line in screen.lines) == 1, screen.lines
    assert not [line for line in screen.lines if "loss so far" in line or "^C" in line]
    assert screen.lines[-1] == "Interrupted: the results so far are above."
    assert "\x1b[?25h" in program.text  # the cursor is back


def press_ctrl_c_in(
    owner: object, method: str, text: str, terminal: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Press Ctrl-C at the end of a call of a method, the first one after which the terminal shows a text."""
    original = getattr(owner, method)

    def interrupted(*arguments: object, **keywords: object) -> object:
        returned = original(*arguments, **keywords)
        if text in terminal.getvalue():
            monkeypatch.undo()
            signal.raise_signal(signal.SIGINT)
        return returned

    monkeypatch.setattr(owner, method, interrupted)


@pytest.mark.parametrize(
    ("owner", "method", "text"),
    [(None, "write", "so far"), (Console, "__enter__", "test accuracy"), (Live, "start", "")],
    ids=["a write of scores", "the start of a drawing", "the opening of the bar"],
)
def test_ctrl_c_while_the_bar_is_drawn_leaves_one_line(
    monkeypatch: pytest.MonkeyPatch, owner: object, method: str, text: str
) -> None:
    terminal = recording_terminal(monkeypatch)
    with monkeypatch.context() as patch:
        press_ctrl_c_in(owner or terminal, method, text, terminal, patch)
        config = minidl.RunConfig(data="disk:train=10:test=20", epochs=100, layers="linear:2")
        with pytest.raises(minidl.TrainingInterrupted):
            run(config, progress=True)
    lines = shown(terminal.getvalue())
    assert len(lines) == 1
    assert "━" in lines[0]
    assert terminal.getvalue().endswith("\x1b[?25h")  # the cursor is back


@pytest.mark.slow
def test_a_finished_training_leaves_one_line(tmp_path: Path) -> None:
    program = Terminal([PROGRAM, "run", "--epochs", "3", "--repeats", "2", "--engine", "python"], tmp_path)
    assert program.wait() == 0
    (line,) = [line for line in shown(program.text) if "━" in line]
    assert re.fullmatch(rf"repeat 2/2 epoch 3/3 ━+ 100% in {CLOCK}", line)


@pytest.mark.slow
@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "unknown"}])
def test_a_terminal_that_cannot_redraw_gets_a_line_per_epoch(tmp_path: Path, environment: dict[str, str]) -> None:
    program = Terminal([PROGRAM, "run", "--epochs", "2"], tmp_path, **environment)
    assert program.wait() == 0
    assert [line.split()[:2] for line in shown(program.text) if line.startswith("epoch")] == [
        ["epoch", "1/2"],
        ["epoch", "2/2"],
    ]


class Odd(Metric):
    """A metric that returns the number of its samples, which shows on which samples it is computed."""

    def compute(self, prediction: Tensor, target: Tensor) -> Tensor:
        return torch.tensor(float(len(target)))


def test_metrics_are_not_computed_on_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = recording_terminal(monkeypatch)
    minidl.fit("linear:2", "disk:train=60:test=33", metrics=[Odd()], epochs=2, batch_size=7, progress=True)
    assert set(re.findall(r"test odd (\S+)", " ".join(frames(terminal.getvalue())))) == {"33"}
