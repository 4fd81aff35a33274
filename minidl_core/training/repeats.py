"""The repeats of runs: prepared one by one, and grouped if the engine trains groups."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from minidl_core.assembly import load_data, make, sequential
from minidl_core.errors import MinidlError
from minidl_core.interfaces.dataset import Data, Dataset
from minidl_core.run_config import RunConfig
from minidl_core.saving import check_savable
from minidl_core.training.engine import Engine
from minidl_core.training.engine_choice import choose_engine
from minidl_core.training.fit import DEFAULT_METRICS, default_loss, prepare
from minidl_core.training.group_key import MOST_BYTES, bytes_of, group_key
from minidl_core.training.run_state import Run

HIDDEN_LAYERS = "3*(linear:25,relu)"
"""The default hidden layers; an output layer for the data is added."""


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
        self.error: MinidlError | None = None

    def next(self) -> tuple[RunConfig, Engine, list[Run]]:
        """Return the configuration of the next repeat, its engine, and the runs to train at once: one, or a group.

        A repeat that cannot be prepared ends the group before it; the next call raises its error.
        """
        if self.error is not None:
            raise self.error
        config, first = self._take()
        engine = choose_engine(config.engine, first)
        runs, key = [first], (group_key(first), config.threads, config.engine)
        most = MOST_BYTES // bytes_of(first) if engine.trains_groups else 1
        while len(runs) < most and self.left:
            try:
                other_config, other = self._take()
            except MinidlError as error:
                self.error = error
                break
            if (group_key(other), other_config.threads, other_config.engine) != key:
                self.waiting.append((other_config, other))
                break
            other.engine = first.engine
            runs.append(other)
        return config, engine, runs

    @property
    def left(self) -> int:
        """The number of repeats that remain to be trained."""
        return len(self.waiting) + len(self.pending) + (self.error is not None)

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
