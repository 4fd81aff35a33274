"""Steps that keep the gradients of the parameters."""

from __future__ import annotations

from dataclasses import replace

from minidl_native.recording.replayable import ReplayableStep


def keeping_gradients(recorded: ReplayableStep) -> ReplayableStep:
    """Return a step whose gradients count after the step: their storages become storages of the role state."""
    recording = recorded.recording
    kept = {view.storage for view in recorded.gradients if view is not None}
    storages = {
        number: replace(storage, role="state") if number in kept else storage
        for number, storage in recording.storages.items()
    }
    return replace(recorded, recording=replace(recording, storages=storages))
