"""Checks that the native engine takes the steps of an optimizer as Python does."""

from __future__ import annotations

from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.replay.probe_run import STEPS_PER_EPOCH, probe_run
from minidl_core.testing.replay.replay import check_replay

STEPS = 50


def check_replayed(configured: ConfiguredPart) -> None:
    """Check 50 steps of a network with four parameters."""
    epochs = STEPS // STEPS_PER_EPOCH
    check_replay(lambda: probe_run(layers=[ProbeLayer()], optimizer=configured.make(), epochs=epochs))
