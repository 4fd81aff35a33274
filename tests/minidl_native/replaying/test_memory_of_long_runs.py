from __future__ import annotations

import gc
from pathlib import Path

import pytest

from minidl_core import Run, hookimpl
from tests.support.engine_runs import train_natively
from tests.support.small_runs import small_data, small_run

STATUS = Path("/proc/self/statm")

MEGABYTE = 2**20


def used() -> int:
    """Return the bytes of memory that the process occupies."""
    gc.collect()
    return int(STATUS.read_text().split()[1]) * 4096


@pytest.mark.slow
@pytest.mark.skipif(not STATUS.exists(), reason="the memory of a process is read as on Linux")
def test_a_hundred_thousand_steps_take_no_more_memory_than_the_first_ones() -> None:
    found: list[int] = []

    class Measuring:
        @hookimpl
        def minidl_epoch_ended(self, run: Run) -> None:
            if run.epoch % 20 == 0:
                found.append(used())

    run = small_run("linear:5,dropout,relu,linear:2", optimizer="adam", data=small_data(rows=5000), epochs=200)
    train_natively(run, Measuring())
    assert run.step == 100_000
    assert found[-1] - found[0] < 4 * MEGABYTE
