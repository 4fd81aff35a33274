"""Runs that the training loop trains at once: a single one, or a stack of several."""

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
    """Runs that are trained at once, and what the training loop needs to take their steps.

    Attributes:
        runs: the runs; all have the same number of steps.
        model: the network with the parameters of all runs.
        loss: the loss, which returns a number for each run.
        optimizer: the optimizer, attached to the parameters of all runs.
        batches: the batches with the samples of all runs.
        batch_dim: the dimension of the samples in a batch: 0 for a single run, 1 for a stack.
    """

    runs: list[Run]
    model: Sequential
    loss: Loss
    optimizer: Optimizer
    batches: Batches | StackedBatches
    batch_dim: int = 0

    def share_progress(self, forward: float, backward: float, update: float) -> None:
        """Set the step of all runs to that of the first, and add an equal share of the seconds to each."""
        for run in self.runs:
            run.step = self.runs[0].step
            seconds = run.result.seconds
            seconds.forward += forward / len(self.runs)
            seconds.backward += backward / len(self.runs)
            seconds.update += update / len(self.runs)

    def sync(self) -> None:
        """Copy the state of training to the parts of each run, before hooks are called."""

    def reload(self) -> None:
        """Copy the state of the parts of each run to training, after hooks may have changed it."""

    def parts(self) -> list[Component]:
        """Return all parts of the runs, to locate errors."""
        of_runs = [[run.model, run.loss, run.optimizer, *run.metrics.values()] for run in self.runs]
        return [self.model, self.loss, self.optimizer, *chain.from_iterable(of_runs)]

    def evaluate(self) -> list[Epoch]:
        """Return the scores of the current network of each run."""
        (run,) = self.runs
        train, test = (
            evaluate(run.model, samples, run.loss, run.metrics, run.data.target_scale)
            for samples in (run.data.train, run.data.test)
        )
        return [Epoch(run.epoch, train, test)]


def single_run(run: Run, *, arranged: bool = True) -> RunGroup:
    """Return the group of a single run.

    Args:
        run: the run.
        arranged: True to store batches in the fastest layout, False to store them sample by sample.
    """
    batches = Batches(run.data.train, run.batch_size, shuffle_generator(run), arranged=arranged)
    return RunGroup([run], run.model, run.loss, run.optimizer, batches)


def shuffle_generator(run: Run) -> torch.Generator:
    """Return the generator for the order of a run's batches."""
    return generator(derive(run.result.seed, "shuffle"))
