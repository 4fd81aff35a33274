"""Checks that the native engine trains a network with a loss as Python does."""

from __future__ import annotations

from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.replay.probe_run import ROWS, probe_run
from minidl_core.testing.replay.replay import check_replay

OUTPUTS = 3


def check_replayed(configured: ConfiguredLoss) -> None:
    """Check a training with the loss, with batches of two sizes and evaluations."""
    prediction, targets = configured.batch(ROWS, OUTPUTS)
    configured.passes(prediction, targets.clone())  # it may reject such targets
    check_replay(lambda: probe_run(shape=(OUTPUTS,), loss=configured.make(), targets=targets))
