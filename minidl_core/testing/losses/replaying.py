"""Checks that the native engine trains a network with a loss as Python does."""

from __future__ import annotations

from minidl_core.errors import MinidlError
from minidl_core.interfaces.loss import Loss
from minidl_core.testing.check_case import NotCheckedError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.replay.probe_run import ROWS, probe_run
from minidl_core.testing.replay.replay import check_replay

OUTPUTS = 3


def check_replayed(configured: ConfiguredLoss) -> None:
    """Check a training with the loss, with batches of two sizes and evaluations."""
    prediction, targets = configured.batch(ROWS, OUTPUTS)
    loss: Loss = configured.make()
    try:
        loss.check_targets(targets)
        loss.forward(prediction, targets.clone())
    except MinidlError as error:
        raise NotCheckedError(f"it rejects such targets: {error}") from None
    check_replay(lambda: probe_run(shape=(OUTPUTS,), loss=configured.make(), targets=targets))
