"""What hooks that watch are told while an epoch is under way."""

from __future__ import annotations

import math
import time

import pluggy

from minidl_core.hooks import fire
from minidl_core.training.group import RunGroup

REPORT_EVERY = 0.1
"""Seconds between two calls of `minidl_progressed`."""


class ProgressNotifier:
    """Tells the hooks that watch, now and then, how the epoch under way is going."""

    def __init__(self, group: RunGroup, hooks: pluggy.PluginManager) -> None:
        self.group = group
        self.run = group.runs[0]
        self.hooks = hooks
        watched = bool(hooks.hook.minidl_progressed.get_hookimpls())
        self.next_time = time.perf_counter() + REPORT_EVERY if watched else math.inf
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Take the mean of the loss from here on."""
        self.first_step = self.run.step
        self.total_loss = 0.0

    def notify(self) -> None:
        """Report the epoch's mean loss so far, of all runs."""
        run = self.run
        run.live = {"loss": self.total_loss / len(self.group.runs) / (run.step - self.first_step)}
        self.group.sync()
        fire(self.hooks, "minidl_progressed", run=run)
        self.group.reload()
        self.next_time = time.perf_counter() + REPORT_EVERY
