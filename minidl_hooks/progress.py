"""Progress on stderr while training: a bar in a terminal, a line an epoch elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from minidl_core import Epoch, Run, hookimpl

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """Shows how far training is, with loss and metrics; silent unless the run is watched.

    In a terminal, a bar with the loss and the metrics of the batches as they pass; one for all repeats that are trained
    together. Elsewhere (a pipe, a log file), one line for each epoch.
    """

    def __init__(self) -> None:
        self._run: Run | None = None
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    @hookimpl
    def minidl_run_started(self, run: Run) -> None:
        """Open the bar."""
        if run.progress and sys.stderr.isatty() and self._run is None:
            self._open(run)

    @hookimpl
    def minidl_progressed(self, run: Run) -> None:
        """Move the bar."""
        self._move(run, _scores(run.live))

    @hookimpl
    def minidl_epoch_ended(self, run: Run, epoch: Epoch) -> None:
        """Move the bar, or write the epoch's line."""
        if self._bar is not None:
            if run is self._run:
                self._move(run, _scores(epoch.test))
        elif run.progress:
            print(_line(run, epoch), file=sys.stderr, flush=True)

    @hookimpl
    def minidl_run_ended(self, run: Run) -> None:
        """Close the bar."""
        if self._bar is not None and run is self._run:
            self._bar.stop()
            self._bar = self._task = self._run = None

    def _open(self, run: Run) -> None:
        from rich.console import Console  # noqa: PLC0415 - only where there is a terminal
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %  {task.fields[scores]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=run.repeat + run.together <= run.repeats,
        )
        self._run = run
        self._task = self._bar.add_task(_where(run), total=run.steps, scores="")
        self._bar.start()

    def _move(self, run: Run, scores: str) -> None:
        if self._bar is not None and self._task is not None:
            last = run.repeat + run.together - 1
            of_stack = f"repeats {run.repeat}-{last}/{run.repeats} epoch {run.epoch}/{run.epochs}"
            where = of_stack if run.together > 1 else _where(run)
            self._bar.update(self._task, completed=run.step, description=where, scores=scores)


def _where(run: Run) -> str:
    repeat = f"repeat {run.repeat}/{run.repeats} " if run.repeats > 1 else ""
    return f"{repeat}epoch {run.epoch}/{run.epochs}"


def _scores(scores: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.4g}" for name, value in scores.items())


def _line(run: Run, epoch: Epoch) -> str:
    return f"{_where(run)}  train {_scores(epoch.train)}  test {_scores(epoch.test)}"
