"""The repeats of a run: made one by one, trained together where they can be stacked."""

from __future__ import annotations

import warnings
from dataclasses import replace

from minidl_core.assembly import load_data, make, sequential
from minidl_core.config import RunConfig
from minidl_core.errors import RunWarning
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.training.fitting import DEFAULT_METRICS, multiplications, prepare, suited_loss
from minidl_core.training.stackable import character, declared_obstacle, found_obstacle
from minidl_core.training.state import Run

HIDDEN_LAYERS = "3*(linear:25,relu)"
"""The hidden layers where none are given; an output layer that fits the data is added."""

LARGE_STEP = 2_000_000
"""Multiplications of a forward pass from which on a run alone keeps a processor busy, and gains nothing in a stack."""

MOST_BYTES = 2**28
"""The samples of a stack take no more memory than this."""


class Repeats:
    """The repeats that a configuration asks for.

    Args:
        config: what each is to do; repeat k has the configuration's seed + k.
        dataset: where each loads its data from.
        progress: whether somebody watches.
    """

    def __init__(self, config: RunConfig, dataset: Dataset, *, progress: bool) -> None:
        self.config = config
        self.dataset = dataset
        self.progress = progress
        self.made = 0
        self.waiting: list[Run] = []
        self.stacks = "stacking" not in config.without

    def next(self) -> list[Run]:
        """Return the next repeats to train at once: one, or as many as make a stack."""
        runs = [self._take()]
        if not self._may_stack(runs[0]):
            return runs
        most = MOST_BYTES // sum(
            tensor.nbytes for samples in (runs[0].data.train, runs[0].data.test) for tensor in samples
        )
        due = character(runs[0])
        while len(runs) < most and self._left():
            run = self._take()
            if character(run) != due or (len(runs) == 1 and self._is_hindered(runs[0], run)):
                self.waiting.append(run)
                break
            runs.append(run)
        return runs

    def _may_stack(self, run: Run) -> bool:
        """Tell whether more repeats may be stacked on one; a part that does not permit it is told of once."""
        if not (self.stacks and self._left() and multiplications(run) < LARGE_STEP):
            return False
        if obstacle := declared_obstacle(run):
            self._give_up(obstacle)
        return self.stacks

    def _is_hindered(self, first: Run, other: Run) -> bool:
        if obstacle := found_obstacle(first, other):
            self._give_up(obstacle)
        return bool(obstacle)

    def _give_up(self, obstacle: str) -> None:
        self.stacks = False
        warnings.warn(f"the repeats are trained one after another, not stacked: {obstacle}", RunWarning, stacklevel=2)

    def _left(self) -> int:
        return len(self.waiting) + self.config.repeats - self.made

    def _take(self) -> Run:
        return self.waiting.pop() if self.waiting else self._make()

    def _make(self) -> Run:
        """Return the next repeat, ready to be trained."""
        seed = self.config.seed + self.made
        data = load_data(self.dataset, seed)
        config = resolved(self.config, data, seed)
        model = sequential(config.layers or "")
        loss, optimizer = make("loss", config.loss or ""), make("optimizer", config.optimizer)
        run = prepare(config, model, data, loss, optimizer, config.metrics, progress=self.progress)
        self.made += 1
        run.repeat, run.repeats = self.made, self.config.repeats
        return run


def resolved(config: RunConfig, data: Data, seed: int | None = None) -> RunConfig:
    """Fill in what depends on the data, and the seed of a repeat."""
    layers = f"{HIDDEN_LAYERS},linear:{data.target_shape[0]}" if config.layers is None else config.layers
    metrics = DEFAULT_METRICS[data.task] if config.metrics is None else config.metrics
    loss = suited_loss(data) if config.loss is None else config.loss
    return replace(config, layers=layers, metrics=metrics, loss=loss, seed=config.seed if seed is None else seed)
