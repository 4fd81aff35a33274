"""The measurements of a comparison, kept as they are made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from minidl_compare.comparison import VARIED, StepTime
from minidl_compare.progress import ComparisonProgress
from minidl_compare.sweep import sweep
from minidl_compare.training import Task, Training
from minidl_compare.twins.agreement import check_agreement
from minidl_core import DivergenceError, RunConfig
from minidl_core.assembly import load_data
from minidl_core.interfaces.dataset import Dataset
from minidl_core.training.repeats import fill_defaults


@dataclass
class Measurements:
    """What was measured so far.

    Args:
        config: what to train.
        dataset: where samples come from.
        progress: who is told of each measurement.
        pairs: the trainings of minidl and of PyTorch, pair by pair.
        steps: times of single steps, by what was varied.
    """

    config: RunConfig
    dataset: Dataset
    progress: ComparisonProgress
    pairs: list[tuple[Training, Training]] = field(default_factory=list)
    steps: dict[str, list[StepTime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the first pair's task, and check that each part has a twin."""
        self.first = self._task(0)
        self.first.twins()

    def warm_up(self) -> None:
        """Train a pair for an epoch, and check between its sides that the twins do the same."""
        warm = Task(replace(self.first.config, epochs=1), self.first.data)
        # What diverges here does so in the first pair as well, which tells it by epochs that were asked for.
        with suppress(DivergenceError):
            warm.by_minidl()
        check_agreement(warm.twins(), warm.data)
        with suppress(DivergenceError):
            warm.by_torch()

    def train_pairs(self) -> None:
        """Train minidl and PyTorch in turn, a pair for each repeat."""
        for number in range(self.config.repeats):
            task = self._task(number) if number else self.first
            with _located(f"in repeat {number + 1}"):
                self.pairs.append((task.by_minidl(), task.by_torch()))
            ours, theirs = (training.seconds.total for training in self.pairs[-1])
            self.progress.advance(
                f"pair {number + 1}/{self.config.repeats}: minidl {ours:.3g} s, PyTorch {theirs:.3g} s"
            )

    def time_steps(self, most_points: int) -> None:
        """Time single steps against sizes, up to so many points."""
        for varied, size, measure in sweep(self.first.config, self.first.data, most_points):
            with _located(f"in steps timed against {VARIED[varied]}, at {size}"):
                self.steps.setdefault(varied, []).append(measure())
            self.progress.advance(f"{VARIED[varied]}: {size:,}")

    def _task(self, number: int) -> Task:
        """Return what both sides do in a repeat, counted from 0."""
        seed = self.config.seed + number
        data = load_data(self.dataset, seed)
        return Task(replace(fill_defaults(self.config, data, seed), repeats=1), data)


@contextmanager
def _located(where: str) -> Iterator[None]:
    """Say where it was that a loss became infinite or NaN."""
    try:
        yield
    except DivergenceError as error:
        raise DivergenceError(f"{where}, {error}") from None
