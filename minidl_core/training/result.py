"""Results of training, for Python callers and as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean, stdev
from typing import Any

from minidl_core.interfaces.notice import Notice, data_json
from minidl_core.interfaces.sequential import Sequential
from minidl_core.run_config import RunConfig

Scores = dict[str, float]
"""The values of the loss and the metrics, by name."""


@dataclass(frozen=True)
class Epoch:
    """The scores after an epoch.

    Attributes:
        epoch: the number of the epoch, from 1.
        train: the loss and metrics of all training samples.
        test: the loss and metrics of all test samples.
    """

    epoch: int
    train: Scores
    test: Scores


@dataclass
class Seconds:
    """Wall time of training by phase, in seconds; `total` includes evaluation, shuffling, hooks and compiling."""

    initialization: float = 0.0
    forward: float = 0.0
    backward: float = 0.0
    update: float = 0.0
    total: float = 0.0

    def add(self, forward: float, backward: float, update: float) -> None:
        """Add the time that steps took."""
        self.forward += forward
        self.backward += backward
        self.update += update


@dataclass
class FitResult:
    """The result of one training.

    Attributes:
        model: the trained network.
        seed: the seed of all random numbers.
        history: the scores after each completed epoch.
        seconds: the time of each phase.
        interrupted: True if Ctrl-C ended the training.
        together: the number of repeats that were trained at once; each has an equal share of their time.
        threads: the number of processor threads.
        engine: the name of the engine that took the steps.
        rows: the number of rows by outcome, as in `Data.rows`.
        notices: decisions of the dataset and of the engine that users should know about.
    """

    model: Sequential
    seed: int
    history: list[Epoch] = field(default_factory=list)
    seconds: Seconds = field(default_factory=Seconds)
    interrupted: bool = False
    together: int = 1
    threads: int = 0
    engine: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @property
    def final(self) -> dict[str, Scores]:
        """The scores of the last completed epoch, under `train` and `test`; empty if there is none."""
        return {"train": self.history[-1].train, "test": self.history[-1].test} if self.history else {}

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain JSON values; infinite numbers and NaN are null."""
        return {
            "seed": self.seed,
            "history": [_plain(asdict(epoch)) for epoch in self.history],
            "final": _plain(self.final),
            "seconds": asdict(self.seconds),
            "together": self.together,
            "threads": self.threads,
            "engine": self.engine,
            "data": data_json(self.rows, self.notices),
        }


@dataclass
class RunResult:
    """The result of a run.

    Attributes:
        config: the configuration, with all defaults filled in.
        repeats: the result of each repeat that was begun.
        versions: the versions of minidl, torch, Python and all distributions that were used.
        interrupted: True if Ctrl-C ended the run before all repeats were complete.
        saved: the path of the file that the network was saved to; None if it was not saved.
    """

    config: RunConfig
    repeats: list[FitResult]
    versions: dict[str, str]
    interrupted: bool = False
    saved: str | None = None

    @property
    def rows(self) -> Mapping[str, int]:
        """The number of rows by outcome, as in `Data.rows`, of the first repeat."""
        return self.repeats[0].rows

    @property
    def notices(self) -> tuple[Notice, ...]:
        """The notices of all repeats, without duplicates."""
        return tuple(dict.fromkeys(notice for repeat in self.repeats for notice in repeat.notices))

    @property
    def summary(self) -> dict[str, dict[str, dict[str, float]]]:
        """The mean and sample standard deviation (NaN for a single repeat) of each final score over the repeats."""
        finals = [repeat.final for repeat in self.repeats if repeat.history]
        return {
            part: {name: mean_and_std([final[part][name] for final in finals]) for name in finals[0][part]}
            for part in (finals[0] if finals else {})
        }

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain JSON values; infinite numbers and NaN are null."""
        return {
            "config": self.config.to_json(),
            "data": data_json(self.rows, self.notices),
            "repeats": [_without_data(repeat.to_json()) for repeat in self.repeats],
            "summary": _plain(self.summary),
            "versions": self.versions,
            "interrupted": self.interrupted,
            "saved": self.saved,
        }


def mean_and_std(values: Sequence[float]) -> dict[str, float]:
    """Return mean and sample standard deviation; the latter is NaN for one value, both if a value is not finite."""
    if len(values) == 1:
        return {"mean": values[0], "std": math.nan}
    if not all(map(math.isfinite, values)):
        return {"mean": math.nan, "std": math.nan}
    return {"mean": fmean(values), "std": stdev(values)}


def _without_data(repeat: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a repeat without the entry that the run has too."""
    return {key: value for key, value in repeat.items() if key != "data"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
