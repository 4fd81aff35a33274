"""docs/engine.md shows what the engine does."""

from __future__ import annotations

import re

import pytest

from minidl_core import RunConfig
from minidl_core.assembly import make_dataset
from minidl_core.training.repeats import Repeats
from minidl_native.explaining.storage_names import storage_names
from minidl_native.kernels.listing import listing
from minidl_native.lowering.lower import lower
from minidl_native.recording.record_step import record_step
from minidl_native.recording.replayable import ReplayableStep
from tests.support.environments import ROOT
from tests.support.unreplayable_parts import REASONS

PAGE = (ROOT / "docs/engine.md").read_text(encoding="utf-8")
NOTICES = re.findall(r"^\| .* \| (.*) \|$", PAGE.partition("| the notice says |")[2].partition("\n\n")[0], re.MULTILINE)


def test_the_recorded_step_of_the_standard_test_is_shown() -> None:
    _, _, (run,) = Repeats([(RunConfig(), make_dataset(RunConfig.data))], progress=False).next()
    step = record_step(run, RunConfig.batch_size)
    assert isinstance(step, ReplayableStep)
    shown = re.findall(r"```text\n(forward:\n.*?)```", PAGE, re.DOTALL)
    assert shown == [listing(lower(step.recording), storage_names(run, step))]


def test_the_notices_are_listed() -> None:
    assert len(NOTICES) == 10


@pytest.mark.parametrize("notice", NOTICES[1:])
def test_a_notice_is_one_that_a_part_gets(notice: str) -> None:
    assert any(re.search(pattern, notice) for pattern in REASONS.values())
