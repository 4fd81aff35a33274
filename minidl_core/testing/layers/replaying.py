"""Checks that the native engine trains a network with a layer as Python does."""

from __future__ import annotations

from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.replay.probe_run import probe_run
from minidl_core.testing.replay.replay import check_replay


def check_replayed(configured: ConfiguredLayer) -> None:
    """Check a training of the layer behind another, with batches of two sizes and evaluations."""
    check_replay(lambda: probe_run(shape=configured.shape, layers=[configured.make()]))
