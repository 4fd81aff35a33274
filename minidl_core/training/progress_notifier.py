"""Calls of the hook `minidl_progressed` during an epoch."""

from __future__ import annotations

import math
import time

import pluggy

from minidl_core.hooks import fire
from minidl_core.training.run_group import RunGroup

REPORT_EVERY = 0.1
"""Seconds between two calls of `minidl_progressed`."""


class ProgressNotifier:
    """Calls `minidl_progressed` at intervals, with the mean loss of the current epoch.

    Args:
        group: the runs that are trained.
        hooks: the hooks to call.

    Attributes:
        next_time: the time of the next call, as of `time.perf_counter`; infinite if no hook is implemented.
        total_loss: the sum of the losses of the steps of the epoch so far, over all runs.
    """

    def __init__(self, group: RunGroup, hooks: pluggy.PluginManager) -> None:
        self.group = group
        self.run = group.runs[0]
        self.hooks = hooks
        watched = bool(hooks.hook.minidl_progressed.get_hookimpls())
        self.next_time = time.perf_counter() + REPORT_EVERY if watched else math.inf
        self.begin_epoch()

    def begin_epoch(self) -> None:
        """Restart the mean of the loss."""
        self.first_step = self.run.step
        self.total_loss = 0.0

    def notify(self) -> None:
        """Call the hook with the mean loss of the epoch so far, over all runs."""
        run = self.run
        run.live = {"loss": self.total_loss / len(self.group.runs) / (run.step - self.first_step)}
        self.group.sync()
        fire(self.hooks, "minidl_progressed", run=run)
        self.group.reload()
        self.next_time = time.perf_counter() + REPORT_EVERY
