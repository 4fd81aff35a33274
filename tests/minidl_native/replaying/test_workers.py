from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from minidl_native.replaying.workers import Workers


class Interrupted:
    """A program whose first share is interrupted while the others still run.

    Attributes:
        ended: the tables whose steps were taken.
    """

    def __init__(self) -> None:
        self.ended: list[int] = []
        self.second_runs = threading.Event()

    def run_all(self, tables: Sequence[int], steps: int) -> list[int]:
        if tables[0] == 0:
            self.second_runs.wait(5)
            raise KeyboardInterrupt
        self.second_runs.set()
        time.sleep(0.1)
        self.ended.extend(tables)
        return [steps] * len(tables)


def test_an_interruption_waits_for_the_threads_that_still_write() -> None:
    program: Any = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        Workers(2).run(program, [0, 1], 3)
    assert program.ended == [1]
