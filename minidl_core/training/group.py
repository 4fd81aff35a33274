"""Runs that are trained at once: usually one, or several stacked in front."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import torch

from minidl_core.interfaces.component import Component
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.sequential import Sequential
from minidl_core.seeds import derive, generator
from minidl_core.training.batches import Batches, StackedBatches
from minidl_core.training.evaluation import evaluate
from minidl_core.training.result import Epoch
from minidl_core.training.run_state import Run


@dataclass
class RunGroup:
    """What the training loop takes its steps with.

    Attributes:
        runs: those that are trained; all have the same number of steps.
        model: the network of all.
        loss: gives a number for each run.
        optimizer: attached to the parameters of all.
        batches: those of all.
        batch_dim: the dimension of a batch that counts its samples.
    """

    runs: list[Run]
    model: Sequential
    loss: Loss
    optimizer: Optimizer
    batches: Batches | StackedBatches
    batch_dim: int = 0

    def share_progress(self, forward: float, backward: float, update: float) -> None:
        """Tell all runs the step that the first is at, and that each took an equal share of the seconds."""
        for run in self.runs:
            run.step = self.runs[0].step
            seconds = run.result.seconds
            seconds.forward += forward / len(self.runs)
            seconds.backward += backward / len(self.runs)
            seconds.update += update / len(self.runs)

    def sync(self) -> None:
        """Bring the runs' own parts to where the training is, before hooks see them."""

    def reload(self) -> None:
        """Go on from where the runs' own parts are, after hooks had them."""

    def parts(self) -> list[Component]:
        """Return all parts that take part, for messages."""
        of_runs = [[run.model, run.loss, run.optimizer, *run.metrics.values()] for run in self.runs]
        return [self.model, self.loss, self.optimizer, *chain.from_iterable(of_runs)]

    def evaluate(self) -> list[Epoch]:
        """Return the scores of each run's network as it is now."""
        (run,) = self.runs
        train, test = (
            evaluate(run.model, samples, run.loss, run.metrics, run.data.target_scale)
            for samples in (run.data.train, run.data.test)
        )
        return [Epoch(run.epoch, train, test)]


def single_run(run: Run, *, arranged: bool = True) -> RunGroup:
    """Return a run to be trained by itself, on batches arranged in memory as is quickest, or sample after sample."""
    batches = Batches(run.data.train, run.batch_size, shuffle_generator(run), arranged=arranged)
    return RunGroup([run], run.model, run.loss, run.optimizer, batches)


def shuffle_generator(run: Run) -> torch.Generator:
    """Return the source of the order of a run's batches."""
    return generator(derive(run.result.seed, "shuffle"))
