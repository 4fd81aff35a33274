"""The result of a comparison, for Python callers and as JSON."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from minidl_compare.decision_regions import DecisionRegions
from minidl_compare.training import Training
from minidl_core import Notice, RunConfig, Seconds
from minidl_core.interfaces.notice import data_json
from minidl_core.training.result import mean_and_std

Side = Literal["minidl", "python", "torch"]
SIDES: tuple[Side, ...] = ("minidl", "python", "torch")
"""minidl, minidl with the engine `python` where it uses another one, and PyTorch."""

PHASES = tuple(one.name for one in fields(Seconds))

VARIED = {
    "points": "points, all in one step",
    "width": "width of hidden layers (units)",
    "batch_size": "batch size (samples)",
}
"""The sizes against which steps are timed, as labels."""


@dataclass(frozen=True)
class Quartiles:
    """The median and the quartiles of a ratio over pairs."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, minidl: Sequence[float], torch: Sequence[float]) -> Quartiles:
        """Return the ratio of PyTorch's times to minidl's; above 1, minidl is faster."""
        pairs = [theirs / ours for ours, theirs in zip(minidl, torch, strict=True)]
        low, median, high = statistics.quantiles(pairs, n=4, method="inclusive") if len(pairs) > 1 else pairs * 3
        return cls(median, low, high)


@dataclass(frozen=True)
class StepTime:
    """The median seconds of a step's phases at one size, for both sides, and the ratio of whole steps.

    Args:
        size: the value of the varied size.
        minidl: minidl's seconds of `forward`, `backward`, `update` and `step`, their sum.
        torch: PyTorch's seconds, by the same keys.
        ratio: the ratio of the seconds of whole steps.
        python: the seconds of minidl with the engine `python`, if minidl uses another one.
        ratio_python: the ratio to those.
    """

    size: int
    minidl: dict[str, float]
    torch: dict[str, float]
    ratio: Quartiles
    python: dict[str, float] | None = None
    ratio_python: Quartiles | None = None


@dataclass(frozen=True)
class Comparison:
    """The trainings of both sides, in pairs, and the data of the figures.

    Args:
        config: what was compared; repeat k, counted from 0, uses the configuration's seed + k.
        minidl: the trainings of minidl, at least one.
        torch: the trainings of PyTorch, in the same order.
        versions: the versions of minidl and torch.
        steps: the times of single steps by the size that was varied (points, width, batch_size), as far as measured.
        decisions: points and decision regions of the first pair, if samples are points of a plane with classes.
        left_out: why decisions is None, or an empty text.
        interrupted: whether Ctrl-C ended the comparison before everything was measured.
        rows: the numbers of rows read, dropped, and used for training and test, in the first pair.
        notices: the notices about the data of the first pair.
        python: the trainings of minidl with the engine `python`, in the same order; none if minidl uses it itself.
    """

    config: RunConfig
    minidl: list[Training]
    torch: list[Training]
    versions: dict[str, str]
    steps: dict[str, list[StepTime]]
    decisions: DecisionRegions | None
    left_out: str
    interrupted: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    python: list[Training] = field(default_factory=list)

    @property
    def sides(self) -> list[Side]:
        """The sides that were measured."""
        return [side for side in SIDES if self.trainings(side)]

    def trainings(self, side: Side) -> list[Training]:
        """Return the trainings of one side."""
        found: list[Training] = getattr(self, side)
        return found

    def seconds(self, side: Side, phase: str) -> list[float]:
        """Return the seconds that one side spent in a phase, repeat by repeat."""
        return [getattr(training.seconds, phase) for training in self.trainings(side)]

    def scores(self, side: Side, name: str) -> list[float]:
        """Return one side's test scores of that name after the last epoch, repeat by repeat."""
        return [training.history[-1].test[name] for training in self.trainings(side)]

    @property
    def score_names(self) -> list[str]:
        """The names of the scores: the loss and the metrics."""
        return list(self.minidl[0].history[-1].test)

    def ratio(self, phase: str, side: Side = "minidl") -> Quartiles:
        """Return the ratio of PyTorch's times to those of a side in a phase; above 1, PyTorch is slower."""
        return Quartiles.of(self.seconds(side, phase), self.seconds("torch", phase))

    @property
    def loss_differences(self) -> list[float]:
        """For each epoch, the largest difference in any pair between the training losses of minidl and of PyTorch."""
        pairs = [
            *zip(self.minidl, self.torch, strict=True),
            *zip(self.python, self.torch[: len(self.python)], strict=True),
        ]
        return [
            max(abs(ours.history[epoch].train["loss"] - theirs.history[epoch].train["loss"]) for ours, theirs in pairs)
            for epoch in range(self.config.epochs)
        ]

    def to_json(self) -> dict[str, Any]:
        """Return all numbers of the table and the figures as plain values; infinity and NaN become None."""
        sides: dict[str, Any] = {side: self._side(side) if self.trainings(side) else None for side in SIDES}
        content = {
            "config": self.config.to_json() | {"engine": self.minidl[0].engine},
            "data": data_json(self.rows, self.notices),
            **sides,
            "ratio": self._ratios("minidl"),
            "ratio_python": self._ratios("python") if self.python else None,
            "loss_differences": self.loss_differences,
            "largest_loss_difference": max(self.loss_differences),
            "steps": {varied: [asdict(time) for time in times] for varied, times in self.steps.items()},
            "decisions": None if self.decisions is None else asdict(self.decisions),
            "left_out": self.left_out,
            "versions": self.versions,
            "interrupted": self.interrupted,
        }
        plain: dict[str, Any] = _plain(content)
        return plain

    def _ratios(self, side: Side) -> dict[str, Any]:
        return {phase: asdict(self.ratio(phase, side)) for phase in PHASES}

    def _side(self, side: Side) -> dict[str, Any]:
        seconds = {phase: self.seconds(side, phase) for phase in PHASES}
        return {
            "repeats": [
                {
                    "seed": one.seed,
                    "seconds": asdict(one.seconds),
                    "history": [asdict(epoch) for epoch in one.history],
                }
                for one in self.trainings(side)
            ],
            "seconds": {
                phase: {"median": statistics.median(spent), **mean_and_std(spent)} for phase, spent in seconds.items()
            },
            "test": {name: mean_and_std(self.scores(side, name)) for name in self.score_names},
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
