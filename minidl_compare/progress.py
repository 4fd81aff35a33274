"""Reports the progress of a comparison on stderr: a bar in a terminal, otherwise a line per measurement."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class ComparisonProgress:
    """Reports the progress of a comparison on stderr.

    Args:
        measurements: the number of measurements to make.
        watched: whether to report at all.
    """

    def __init__(self, measurements: int, *, watched: bool) -> None:
        self.watched = watched
        self._bar: Bar | None = None
        if watched and sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("warming up", total=measurements)

    def __enter__(self) -> Self:
        """Open the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close the bar."""
        if self._bar is not None:
            self._bar.stop()

    def advance(self, done: str) -> None:
        """Report that a measurement is complete.

        Args:
            done: what was measured.
        """
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=done, refresh=True)
        elif self.watched:
            typer.echo(done, err=True)


def _bar() -> Bar:
    """Return a bar that is redrawn only when it moves: a thread that redraws it would disturb the measurements."""
    from rich.console import Console  # noqa: PLC0415 - only for terminals
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - only for terminals

    return Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:>3.0f} %  {task.description}"),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
    )
