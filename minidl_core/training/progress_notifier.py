"""What hooks that watch are told while an epoch is under way."""

from __future__ import annotations

import math
import time

import pluggy

from minidl_core.hooks import fire
from minidl_core.training.group import Together

REPORT_EVERY = 0.1
"""Seconds between two calls of `minidl_progressed`."""


class Report:
    """Tells the hooks that watch, now and then, how the epoch under way is going."""

    def __init__(self, together: Together, hooks: pluggy.PluginManager) -> None:
        self.together = together
        self.run = together.runs[0]
        self.hooks = hooks
        watched = bool(hooks.hook.minidl_progressed.get_hookimpls())
        self.due = time.perf_counter() + REPORT_EVERY if watched else math.inf
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Take the mean of the loss from here on."""
        self.first_step = self.run.step
        self.total_loss = 0.0

    def send(self) -> None:
        """Report the epoch's mean loss so far, of all runs."""
        run = self.run
        run.live = {"loss": self.total_loss / len(self.together.runs) / (run.step - self.first_step)}
        self.together.settle()
        fire(self.hooks, "minidl_progressed", run=run)
        self.together.resume()
        self.due = time.perf_counter() + REPORT_EVERY
