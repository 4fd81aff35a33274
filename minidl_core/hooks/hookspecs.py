"""All hooks: what a plugin can implement, and when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minidl_core.hooks.markers import hookspec

if TYPE_CHECKING:
    from minidl_core.registry import Registry
    from minidl_core.training.result import Epoch
    from minidl_core.training.run_state import Run


@hookspec
def minidl_register(registry: Registry) -> None:
    """Register parts by call, before any name is looked up."""


@hookspec
def minidl_run_started(run: Run) -> None:
    """Act when the network is built and training is about to begin; once for each repeat.

    Repeats that are trained together all start before any of them goes on: what a hook keeps, it keeps by run.
    """


@hookspec
def minidl_progressed(run: Run) -> None:
    """Act on the progress of training: called about ten times a second, not at every step.

    Of runs that are trained together, it is called for the first, with the mean loss of all. A step is under way: use
    `predict`, not `run.model.forward`, which would overwrite what the step keeps.
    """


@hookspec
def minidl_epoch_ended(run: Run, epoch: Epoch) -> None:
    """Act when an epoch is over and its metrics are known."""


@hookspec
def minidl_run_ended(run: Run) -> None:
    """Act when training is over, be it complete, interrupted or failed."""
