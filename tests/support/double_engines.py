"""Engines in place of the native one: one that is right, and others with one fault each."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from minidl_core import Epoch, PluginError, Run
from minidl_core.training.engine import Engine, Steps
from minidl_core.training.python_engine import Python


class DoubleEngine(Engine):
    """Takes the steps of Python; a derived class adds a fault."""

    steps: type[DoubleSteps]

    def start(self, runs: Sequence[Run]) -> Steps:
        """Return the steps of Python, with the fault."""
        stored = Path(os.environ["MINIDL_CACHE"], "step")
        from_store = stored.exists()
        stored.touch()
        return self.steps(runs, from_store=from_store)


class DoubleSteps(Steps):
    """The steps of Python, and after each call a fault.

    Args:
        runs: the runs.
        from_store: whether an engine before has left something in the store.
    """

    engine = "native"

    def __init__(self, runs: Sequence[Run], *, from_store: bool) -> None:
        self.python = Python().start(runs)
        self.from_store = from_store

    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        """Take the steps, and add the fault."""
        self.python.take(runs, first, count)
        for run in runs:
            self.spoil(run, count)

    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        """Return the scores."""
        return self.python.evaluate(runs)

    def spoil(self, run: Run, count: int) -> None:
        """Add the fault."""


class MovesWeight(DoubleSteps):
    def spoil(self, run: Run, count: int) -> None:
        run.model.parameters()[0].value.add_(1e-8)


class MovesWeightIfStored(MovesWeight):
    def spoil(self, run: Run, count: int) -> None:
        if self.from_store:
            super().spoil(run, count)


class MovesWeightInSingleSteps(MovesWeight):
    def spoil(self, run: Run, count: int) -> None:
        if count == 1:
            run.model.parameters()[0].value.mul_(1 + 1e-15)


class ForgetsToCount(DoubleSteps):
    def spoil(self, run: Run, count: int) -> None:
        if hasattr(run.optimizer, "steps"):
            run.optimizer.steps -= 1


class DrawsMore(DoubleSteps):
    def spoil(self, run: Run, count: int) -> None:
        torch.rand(1, generator=run.model[0].generator)


class LosesLoss(DoubleSteps):
    def spoil(self, run: Run, count: int) -> None:
        run.losses[1] = 0


class EndsEarly(DoubleSteps):
    def take(self, runs: Sequence[Run], first: int, count: int) -> None:
        super().take(runs, first, count - 1)


class ScoresWrongly(DoubleSteps):
    def evaluate(self, runs: Sequence[Run]) -> list[Epoch]:
        (epoch,) = super().evaluate(runs)
        return [Epoch(epoch.epoch, epoch.train, epoch.test | {"loss": epoch.test["loss"] + 1e-6})]


class Breaks(DoubleSteps):
    def spoil(self, run: Run, count: int) -> None:
        raise PluginError("segments overlap")


class Declines(DoubleSteps):
    engine = "python"
    notice = "steps are taken in Python: center at position 2, line 12 of layer.py, reads the value of a tensor"


def engine_with(fault: type[DoubleSteps]) -> type[DoubleEngine]:
    """Return an engine whose steps have a fault."""
    return type(f"{fault.__name__}Engine", (DoubleEngine,), {"steps": fault})


UseEngine = Callable[[type[DoubleEngine]], None]
"""Puts an engine in place of the native one."""
