"""The calls of hooks for runs."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pluggy

from minidl_core.errors import HookError
from minidl_core.hooks import fire
from minidl_core.training.run_state import Run

HOOKS = ("minidl_run_started", "minidl_progressed", "minidl_epoch_ended", "minidl_run_ended")
"""The hooks that are called with runs."""

NOTIFY_EVERY = 0.1
"""Seconds between two calls of `minidl_progressed`."""


class RunHooks:
    """Calls the hooks of runs: the only place where engines and hooks meet.

    Args:
        manager: the hooks to call.
    """

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self.manager = manager
        self.watched = bool(manager.hook.minidl_progressed.get_hookimpls())
        self.changing = {name for name in HOOKS if any(map(_may_change, getattr(manager.hook, name).get_hookimpls()))}
        self.next_time = time.perf_counter() + NOTIFY_EVERY

    def started(self, run: Run) -> None:
        """Call `minidl_run_started`."""
        self._fire("minidl_run_started", [run])

    def progressed(self, runs: Sequence[Run]) -> None:
        """Call `minidl_progressed` with the first run, if it is time to, with the mean loss of all runs."""
        if not self.watched or time.perf_counter() < self.next_time:
            return
        run = runs[0]
        taken = run.step_in_epoch
        run.live = {"loss": sum(float(one.losses[:taken].mean()) for one in runs) / len(runs)}
        self._fire("minidl_progressed", runs)
        self.next_time = time.perf_counter() + NOTIFY_EVERY

    def epoch_ended(self, run: Run) -> None:
        """Call `minidl_epoch_ended`."""
        self._fire("minidl_epoch_ended", [run], epoch=run.result.history[-1])

    def ended(self, run: Run) -> None:
        """Call `minidl_run_ended`; its failure is recorded and does not hide an earlier one."""
        try:
            self._fire("minidl_run_ended", [run])
        except KeyboardInterrupt:
            run.result.interrupted = True
        except HookError as error:
            run.fail(error)

    def _fire(self, name: str, runs: Sequence[Run], **more: object) -> None:
        """Call a hook with the first of some runs, all of which it may change."""
        if name in self.changing:
            for run in runs:
                run.touched = True
        fire(self.manager, name, run=runs[0], **more)


def _may_change(implementation: pluggy.HookImpl) -> bool:
    """Whether an implementation may change runs: its plugin does not promise otherwise."""
    return bool(getattr(implementation.plugin, "changes_runs", True))
