"""The repeats of runs: prepared one by one, and stacked if they are compatible."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from minidl_core.assembly import load_data, make, sequential
from minidl_core.errors import RunWarning
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.run_config import RunConfig
from minidl_core.saving import check_savable
from minidl_core.training.fit import DEFAULT_METRICS, default_loss, multiplications, prepare
from minidl_core.training.run_state import Run
from minidl_core.training.stack_compatibility import declared_incompatibility, observed_incompatibility, stack_key

HIDDEN_LAYERS = "3*(linear:25,relu)"
"""The default hidden layers; an output layer for the data is added."""

LARGE_STEP = 2_000_000
"""Multiplications of a forward pass from which a single run keeps a processor busy, so that stacking gains nothing."""

MOST_BYTES = 2**28
"""The largest number of bytes of the samples of a stack."""


class Repeats:
    """The repeats of several configurations, in order.

    Args:
        configs: each configuration with its dataset; repeat k, from 0, has the seed of the configuration plus k.
        progress: True to report progress on stderr.
    """

    def __init__(self, configs: Sequence[tuple[RunConfig, Dataset]], *, progress: bool) -> None:
        self.tasks = [(*one, number) for one in configs for number in range(one[0].repeats)]
        self.pending = deque(range(len(self.tasks)))
        self.progress = progress
        self.waiting: list[tuple[RunConfig, Run]] = []
        self.unstackable: list[object] = []

    def next(self) -> tuple[RunConfig, list[Run]]:
        """Return the configuration of the next repeat, and the repeats to train at once: one, or a stack."""
        config, first = self._take()
        runs, key = [first], self._stack_key(config, first)
        if not self._may_stack(config, first, key):
            return config, runs
        most = MOST_BYTES // sum(tensor.nbytes for part in (first.data.train, first.data.test) for tensor in part)
        while len(runs) < most and self.left:
            other = self._take()
            if self._stack_key(*other) != key or (
                len(runs) == 1 and self._is_incompatible(observed_incompatibility(first, other[1]), key)
            ):
                self.waiting.append(other)
                break
            runs.append(other[1])
        return config, runs

    def _stack_key(self, config: RunConfig, run: Run) -> object:
        """Return a key that is equal for repeats that can be stacked."""
        return stack_key(run), config.threads, config.without

    def _may_stack(self, config: RunConfig, run: Run, key: object) -> bool:
        """Whether more repeats may be stacked with a run."""
        if "stacking" in config.without or not self.left or multiplications(run) >= LARGE_STEP:
            return False
        return key not in self.unstackable and not self._is_incompatible(declared_incompatibility(run), key)

    def _is_incompatible(self, incompatibility: str, key: object) -> bool:
        """Whether there is an incompatibility; if so, warn of it, and stack no repeats with this key."""
        if incompatibility:
            self.unstackable.append(key)
            message = f"the repeats are trained one after another, not stacked: {incompatibility}"
            warnings.warn(message, RunWarning, stacklevel=2)
        return bool(incompatibility)

    def put_back(self, runs: Sequence[Run]) -> None:
        """Return runs to the queue, to be prepared again later."""
        self.pending.extendleft(run.repeat - 1 for run in reversed(runs))

    @property
    def left(self) -> int:
        """The number of repeats that remain to be trained."""
        return len(self.waiting) + len(self.pending)

    def _take(self) -> tuple[RunConfig, Run]:
        return self.waiting.pop() if self.waiting else self._make()

    def _make(self) -> tuple[RunConfig, Run]:
        """Return the configuration of the next repeat, and the repeat ready to be trained."""
        index = self.pending.popleft()
        given, dataset, number = self.tasks[index]
        seed = given.seed + number
        data = load_data(dataset, seed)
        config = fill_defaults(given, data, seed)
        model = sequential(config.layers or "")
        loss, optimizer = make("loss", config.loss or ""), make("optimizer", config.optimizer)
        run = prepare(config, model, data, loss, optimizer, config.metrics, progress=self.progress)
        if given.save is not None:
            check_savable(model)
        run.repeat, run.repeats = index + 1, len(self.tasks)
        return given, run


def fill_defaults(config: RunConfig, data: Data, seed: int | None = None) -> RunConfig:
    """Return a configuration with the defaults that depend on the data, and the seed of a repeat."""
    layers = f"{HIDDEN_LAYERS},linear:{data.target_shape[0]}" if config.layers is None else config.layers
    metrics = DEFAULT_METRICS[data.task] if config.metrics is None else config.metrics
    loss = default_loss(data) if config.loss is None else config.loss
    return replace(config, layers=layers, metrics=metrics, loss=loss, seed=config.seed if seed is None else seed)
