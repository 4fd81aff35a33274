"""Training progress on stderr: a bar in a terminal, otherwise a line per epoch."""

from __future__ import annotations

import os
import sys
from statistics import fmean
from typing import TYPE_CHECKING

from minidl_core import Epoch, Run, hookimpl
from minidl_hooks._deferral import deferred_signals

if TYPE_CHECKING:
    from minidl_hooks._bar import Bar

Scores = dict[str, float]


class Progress:
    """Shows training progress and scores on stderr, if the run reports progress.

    In a terminal, it draws a bar with the epoch's mean training loss so far and the latest scores on the test samples.
    Repeats that are trained together share one bar with their mean scores. Otherwise (in a pipe or a log file), it
    writes one line per epoch.
    """

    changes_runs = False

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._last = 0
        self._bar: Bar | None = None
        self._ended: list[Scores] = []
        self._test: Scores = {}

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        """Open the bar."""
        if not run.progress or not _in_terminal():
            return
        with deferred_signals():  # `minidl_run_ended` must know of the bar to close it
            self._runs.append(run)
            self._last = run.repeat
            if self._bar is None:
                self._bar, self._ended, self._test = _open(), [], {}
        self._move(self._runs[0])

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        """Move the bar."""
        self._move(run)

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        """Move the bar once all repeats trained together have scores, or write the epoch's line."""
        if self._bar is None:
            if run.progress:
                print(_line(run, epoch), file=sys.stderr, flush=True)
            return
        self._ended.append(epoch.test)
        if len(self._ended) == len(self._runs):
            self._test = {name: fmean(scores[name] for scores in self._ended) for name in epoch.test}
            self._ended = []
            self._move(self._runs[0])

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        """Close the bar after the last of the runs; keep its line after the last repeat or if training ends early."""
        if self._bar is None or run not in self._runs:
            return
        with deferred_signals():
            self._runs.remove(run)
            if not self._runs:
                self._bar.close(keep=self._last == run.repeats or run.step < run.steps)
                self._bar = None

    def _move(self, run: Run) -> None:
        if self._bar is not None:
            scores = [f"train loss so far {loss:.4g}" for loss in run.live.values()]
            scores += [f"test {name} {value:.4g}" for name, value in self._test.items()]
            if run.together > 1 and scores:
                scores.append(f"(means of {run.together} repeats)")
            with deferred_signals():  # after an interrupted drawing, rich overwrites the wrong lines
                self._bar.move(_where(run), run.step / run.steps, scores)


def _in_terminal() -> bool:
    """Return whether stderr is a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def _open() -> Bar:
    from rich.console import Console  # noqa: PLC0415 - only for terminals

    from minidl_hooks._bar import Bar  # noqa: PLC0415 - only for terminals

    return Bar(Console(stderr=True))


def _where(run: Run) -> str:
    last = run.repeat + run.together - 1
    of_group = f"repeats {run.repeat}-{last}/{run.repeats} " if run.together > 1 else ""
    of_one = f"repeat {run.repeat}/{run.repeats} " if run.repeats > 1 else ""
    return f"{of_group or of_one}epoch {run.epoch}/{run.epochs}"


def _scores(scores: Scores) -> str:
    return " ".join(f"{name} {value:.4g}" for name, value in scores.items())


def _line(run: Run, epoch: Epoch) -> str:
    repeat = f"repeat {run.repeat}/{run.repeats} " if run.repeats > 1 else ""
    return f"{repeat}epoch {run.epoch}/{run.epochs}  train {_scores(epoch.train)}  test {_scores(epoch.test)}"
