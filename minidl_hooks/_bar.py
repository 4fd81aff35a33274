"""The progress display in a terminal: a line with a bar, and the scores below it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

LEAST_CELLS, MOST_CELLS = 20, 40
"""The smallest and largest width of the bar, if the terminal has room for it."""

MARGIN = 4
"""Cells left free at the end of a line, so that the `^C` a terminal writes there does not start another line."""

GAP = "  "


class Bar:
    """A progress bar that is drawn only when it moves, not by a thread.

    Args:
        console: the terminal to draw on.
    """

    def __init__(self, console: Console) -> None:
        self.where = ""
        self.share = 0.0
        self.scores: Sequence[str] = ()
        self._time = ""
        self._started = time.monotonic()
        self._live = Live(self, console=console, auto_refresh=False)
        self._live.start(refresh=True)

    def move(self, where: str, share: float, scores: Sequence[str]) -> None:
        """Draw the current progress.

        Args:
            where: the repeat and the epoch.
            share: the fraction of training that is done, from 0 to 1.
            scores: the scores with their labels, shown on as many lines as they need.
        """
        self.where, self.share, self.scores = where, share, scores
        self._time = f"{_clock(self._passed() / share * (1 - share))} left" if share else ""
        self._live.refresh()

    def close(self, *, keep: bool) -> None:
        """Remove the display, or keep the bar's line with the elapsed time."""
        self.scores, self._time = (), f"in {_clock(self._passed())}"
        self._live.transient = not keep
        self._live.stop()

    def _passed(self) -> float:
        return time.monotonic() - self._started

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the line of the bar and the lines of scores."""
        width = max(options.max_width - MARGIN, 1)
        end = f"{self.share:4.0%} {self._time}"
        where = Text(self.where)
        where.truncate(max(width - LEAST_CELLS - cell_len(end) - len(GAP), 0), overflow="ellipsis")
        room = width - where.cell_len - cell_len(end) - len(GAP)
        bar = ProgressBar(total=1, completed=self.share, width=min(max(room, 1), MOST_CELLS))
        line = Table.grid(padding=(0, 1))
        line.add_row(where, bar, end)
        yield line
        for text in _lines(self.scores, width):
            yield Text(text, no_wrap=True, overflow="ellipsis")


def _lines(scores: Sequence[str], width: int) -> Iterator[str]:
    """Yield lines with as many whole scores as fit."""
    line = ""
    for score in scores:
        longer = f"{line}{GAP}{score}" if line else score
        if line and cell_len(longer) > width:
            yield line
            longer = score
        line = longer
    if line:
        yield line


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
