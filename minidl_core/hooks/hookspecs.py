"""All hooks: the functions that a plugin can implement, and when each is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minidl_core.hooks.markers import hookspec

if TYPE_CHECKING:
    from minidl_core.registry import Registry
    from minidl_core.training.result import Epoch
    from minidl_core.training.run_state import Run


@hookspec
def minidl_register(registry: Registry) -> None:
    """Called before any name is looked up, to register parts.

    Args:
        registry: the registry; `registry.register(kind, name, part)` adds a part.
    """


@hookspec
def minidl_run_started(run: Run) -> None:
    """Called once for each repeat, when the network is built and training is about to begin.

    Repeats of a group all start before the first of them trains, so a hook has to keep its state by run.

    Args:
        run: the training of the repeat.
    """


@hookspec
def minidl_progressed(run: Run) -> None:
    """Called about ten times a second during an epoch, not at every step.

    For repeats that are trained as a group, it is called with the first, whose `live` loss is the mean of all. It is
    called between two steps of an epoch, and what it changes holds from the next step on.

    Args:
        run: the training of the repeat.
    """


@hookspec
def minidl_epoch_ended(run: Run, epoch: Epoch) -> None:
    """Called after each epoch, when its scores are known.

    Args:
        run: the training of the repeat.
        epoch: the scores of the epoch.
    """


@hookspec
def minidl_run_ended(run: Run) -> None:
    """Called when training has ended, whether it is complete, was interrupted or failed.

    Args:
        run: the training of the repeat; `run.failure` is the error that ended it, if any.
    """
