"""Makes the measurements of a comparison, and stores them as they are made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from minidl_compare.comparison_result import VARIED, StepTime
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
    """The measurements made so far.

    Args:
        config: what to train.
        dataset: provides the samples.
        progress: reports each measurement.
        pairs: the trainings of minidl and of PyTorch, in pairs.
        python: the trainings of minidl with the engine `python`, one for each pair, if minidl uses another engine.
        steps: the times of single steps, by the size that was varied.
    """

    config: RunConfig
    dataset: Dataset
    progress: ComparisonProgress
    pairs: list[tuple[Training, Training]] = field(default_factory=list)
    python: list[Training] = field(default_factory=list)
    steps: dict[str, list[StepTime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the task of the first pair, and check that each part has a twin."""
        self.first = self._task(0)
        self.first.twins()
        self.first = self.first.with_engine()
        self.config = replace(self.config, engine=self.first.config.engine)

    def warm_up(self) -> None:
        """Train a pair for one epoch, and check that the twins compute the same."""
        warm = Task(replace(self.first.config, epochs=1), self.first.data)
        # A divergence here happens in the first pair too, where the message has the right number of epochs.
        with suppress(DivergenceError):
            warm.by_minidl()
            if warm.has_python:
                warm.by_python()
        check_agreement(warm.twins(), warm.data)
        with suppress(DivergenceError):
            warm.by_torch()

    def train_pairs(self) -> None:
        """Train minidl and PyTorch in turn, a pair for each repeat; minidl with both engines."""
        for number in range(self.config.repeats):
            task = self._task(number) if number else self.first
            with _locating_divergence(f"in repeat {number + 1}"):
                ours = task.by_minidl()
                python = [task.by_python()] if task.has_python else []
                theirs = task.by_torch()
            self.pairs.append((ours, theirs))
            self.python += python
            spent = [f"{name} {one.seconds.total:.3g} s" for name, one in (("minidl", ours), ("PyTorch", theirs))]
            spent[1:1] = [f"in Python {one.seconds.total:.3g} s" for one in python]
            self.progress.advance(f"pair {number + 1}/{self.config.repeats}: {', '.join(spent)}")

    def time_steps(self, most_points: int) -> None:
        """Time single steps against sizes, up to the given number of points."""
        for varied, size, measure in sweep(self.first.config, self.first.data, most_points):
            with _locating_divergence(f"in steps timed against {VARIED[varied]}, at {size}"):
                self.steps.setdefault(varied, []).append(measure())
            self.progress.advance(f"{VARIED[varied]}: {size:,}")

    def _task(self, number: int) -> Task:
        """Return the task of a repeat, counted from 0."""
        seed = self.config.seed + number
        data = load_data(self.dataset, seed)
        return Task(replace(fill_defaults(self.config, data, seed), repeats=1), data)


@contextmanager
def _locating_divergence(where: str) -> Iterator[None]:
    """Prefix the message of a DivergenceError with where it happened."""
    try:
        yield
    except DivergenceError as error:
        raise DivergenceError(f"{where}, {error}") from None
