from __future__ import annotations

import torch

from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import ReplayableStep
from tests.support.small_runs import small_run


def test_a_step_is_recorded_inside_and_outside_of_inference_mode() -> None:
    run = small_run(optimizer="adam")
    outside = record_step(run, 10)
    with torch.inference_mode():
        inside = record_step(run, 10)
    assert isinstance(outside, ReplayableStep)
    assert isinstance(inside, ReplayableStep)
    assert inside.recording == outside.recording
