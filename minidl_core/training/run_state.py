"""A training under way, as hooks see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from minidl_core.errors import RunError
from minidl_core.interfaces.dataset import Data
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.result import FitResult, Scores


@dataclass
class Run:
    """One training: its parts, how far it is, and what came out so far.

    Attributes:
        epochs: how many epochs there are to be.
        batch_size: samples a step.
        repeat: which of the run's repeats this is, counted from 1.
        repeats: how many there are to be.
        progress: whether somebody watches: reports may be written to stderr.
        epoch: the epoch under way, counted from 1; 0 before the first.
        step: the step under way, counted from 1 over all epochs; 0 before the first.
        steps: how many steps there are to be.
        failure: what ended the training, if anything did: a hook or part that failed, or a loss that is not finite.
        live: the mean loss of the epoch under way so far, as `loss`, for those who watch.
    """

    model: Sequential
    data: Data
    loss: Loss
    optimizer: Optimizer
    metrics: Mapping[str, Metric]
    epochs: int
    batch_size: int
    result: FitResult
    repeat: int = 1
    repeats: int = 1
    progress: bool = False
    epoch: int = 0
    step: int = 0
    steps: int = 0
    failure: RunError | None = None
    live: Scores = field(default_factory=dict)

    @property
    def together(self) -> int:
        """How many repeats are trained at once, from this or an earlier one on."""
        return self.result.together
