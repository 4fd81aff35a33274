"""What training gives back, for Python callers and as JSON."""

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
"""The loss and the metrics by name."""


@dataclass(frozen=True)
class Epoch:
    """The scores after an epoch, counted from 1, on all training and all test samples."""

    epoch: int
    train: Scores
    test: Scores


@dataclass
class Seconds:
    """Wall time by phase; `total` also holds evaluation, shuffling and reporting."""

    initialization: float = 0.0
    forward: float = 0.0
    backward: float = 0.0
    update: float = 0.0
    total: float = 0.0


@dataclass
class FitResult:
    """One training: the trained network, how it went, how long it took, and what was decided about the data.

    `together` repeats were trained at once, by `threads` processor threads; each has an equal share of the time of all.
    """

    model: Sequential
    seed: int
    history: list[Epoch] = field(default_factory=list)
    seconds: Seconds = field(default_factory=Seconds)
    interrupted: bool = False
    together: int = 1
    threads: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @property
    def final(self) -> dict[str, Scores]:
        """The scores of the last epoch that was completed; empty if there was none."""
        return {"train": self.history[-1].train, "test": self.history[-1].test} if self.history else {}

    def to_json(self) -> dict[str, Any]:
        """Return plain values; numbers that JSON cannot hold are null."""
        return {
            "seed": self.seed,
            "history": [_plain(asdict(epoch)) for epoch in self.history],
            "final": _plain(self.final),
            "seconds": asdict(self.seconds),
            "together": self.together,
            "threads": self.threads,
            "data": data_json(self.rows, self.notices),
        }


@dataclass
class RunResult:
    """A run: its configuration, each repeat, and the versions of all that took part."""

    config: RunConfig
    repeats: list[FitResult]
    versions: dict[str, str]
    interrupted: bool = False
    saved: str | None = None
    """The file that the network was saved to, once it was."""

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows were read, dropped, trained with and tested with; of the first repeat."""
        return self.repeats[0].rows

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was decided about the data of any repeat, each notice once."""
        return tuple(dict.fromkeys(notice for repeat in self.repeats for notice in repeat.notices))

    @property
    def summary(self) -> dict[str, dict[str, dict[str, float]]]:
        """Mean and sample standard deviation of each final score over the repeats; of one repeat, the latter is NaN."""
        finals = [repeat.final for repeat in self.repeats if repeat.history]
        return {
            part: {name: mean_and_std([final[part][name] for final in finals]) for name in finals[0][part]}
            for part in (finals[0] if finals else {})
        }

    def to_json(self) -> dict[str, Any]:
        """Return plain values; numbers that JSON cannot hold are null."""
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
    """Return mean and sample standard deviation: NaN for that of a single value, both where a value is not finite."""
    if len(values) == 1:
        return {"mean": values[0], "std": math.nan}
    if not all(map(math.isfinite, values)):
        return {"mean": math.nan, "std": math.nan}
    return {"mean": fmean(values), "std": stdev(values)}


def _without_data(repeat: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a repeat's JSON what the run's has."""
    return {key: value for key, value in repeat.items() if key != "data"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
