"""The repeats of a run: made one by one, trained together where they can be stacked."""

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
"""The hidden layers where none are given; an output layer that fits the data is added."""

LARGE_STEP = 2_000_000
"""Multiplications of a forward pass from which on a run alone keeps a processor busy, and gains nothing in a stack."""

MOST_BYTES = 2**28
"""The samples of a stack take no more memory than this."""


class Repeats:
    """The repeats that configurations ask for, in their order.

    Args:
        configs: what is to be done, and where each loads its data from; repeat k has the configuration's seed + k.
        progress: whether somebody watches.
    """

    def __init__(self, configs: Sequence[tuple[RunConfig, Dataset]], *, progress: bool) -> None:
        self.tasks = [(*one, number) for one in configs for number in range(one[0].repeats)]
        self.pending = deque(range(len(self.tasks)))
        self.progress = progress
        self.waiting: list[tuple[RunConfig, Run]] = []
        self.unstackable: list[object] = []

    def next(self) -> tuple[RunConfig, list[Run]]:
        """Return the next repeats to train at once, one or as many as make a stack, and the first's configuration."""
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
        """Return what repeats that are stacked have in common."""
        return stack_key(run), config.threads, config.without

    def _may_stack(self, config: RunConfig, run: Run, key: object) -> bool:
        """Tell whether more repeats may be stacked on one."""
        if "stacking" in config.without or not self.left or multiplications(run) >= LARGE_STEP:
            return False
        return key not in self.unstackable and not self._is_incompatible(declared_incompatibility(run), key)

    def _is_incompatible(self, incompatibility: str, key: object) -> bool:
        """Tell whether there is an obstacle; warn of it, and try no more repeats of the kind."""
        if incompatibility:
            self.unstackable.append(key)
            message = f"the repeats are trained one after another, not stacked: {incompatibility}"
            warnings.warn(message, RunWarning, stacklevel=2)
        return bool(incompatibility)

    def put_back(self, runs: Sequence[Run]) -> None:
        """Let runs be made anew when their turn comes."""
        self.pending.extendleft(run.repeat - 1 for run in reversed(runs))

    @property
    def left(self) -> int:
        """How many repeats are still to be trained."""
        return len(self.waiting) + len(self.pending)

    def _take(self) -> tuple[RunConfig, Run]:
        return self.waiting.pop() if self.waiting else self._make()

    def _make(self) -> tuple[RunConfig, Run]:
        """Return the next repeat, ready to be trained, and its configuration."""
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
    """Fill in what depends on the data, and the seed of a repeat."""
    layers = f"{HIDDEN_LAYERS},linear:{data.target_shape[0]}" if config.layers is None else config.layers
    metrics = DEFAULT_METRICS[data.task] if config.metrics is None else config.metrics
    loss = default_loss(data) if config.loss is None else config.loss
    return replace(config, layers=layers, metrics=metrics, loss=loss, seed=config.seed if seed is None else seed)
