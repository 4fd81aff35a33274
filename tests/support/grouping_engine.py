"""An engine that trains groups of runs, in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from minidl_core import Run
from minidl_core.training.engine import Engine, Steps
from minidl_core.training.python_engine import PythonSteps


class Grouping(Engine):
    """Takes the steps of all runs of a group, one run after another."""

    trains_groups = True
    sizes: ClassVar[list[int]] = []
    """The number of runs of each group that was started."""

    def start(self, runs: Sequence[Run]) -> Steps:
        self.sizes.append(len(runs))
        return PythonSteps(runs)
