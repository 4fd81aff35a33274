"""Progress on stderr while comparing: a bar in a terminal, a line for each measurement elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bar


class ComparisonProgress:
    """Shows how far a comparison is; silent unless it is watched.

    Args:
        measurements: how many there are to be.
        watched: whether somebody watches.
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
        """Tell that a measurement has ended.

        Args:
            done: what was measured.
        """
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=done, refresh=True)
        elif self.watched:
            typer.echo(done, err=True)


def _bar() -> Bar:
    """Return a bar that is drawn anew only when it moves: a thread that did so would take time from what is timed."""
    from rich.console import Console  # noqa: PLC0415 - only where there is a terminal
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - likewise

    return Progress(
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:>3.0f} %  {task.description}"),
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
    )
