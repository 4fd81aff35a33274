"""The state of a training, as hooks see it."""

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
    """One training: its parts, its progress and its result so far.

    Attributes:
        model: the network.
        data: the training and test data, converted to the type and device of the network.
        loss: the loss.
        optimizer: the optimizer, attached to the parameters of the network.
        metrics: the metrics by name.
        epochs: the number of epochs to train.
        batch_size: samples per step.
        result: the result so far, with the history of scores.
        repeat: the number of this repeat, from 1.
        repeats: the number of repeats.
        progress: True if progress may be written to stderr.
        epoch: the current epoch, from 1; 0 before the first.
        step: the current step, from 1 and over all epochs; 0 before the first.
        steps: the number of steps of all epochs.
        failure: the error that ended the training, if any: a failed hook or part, or a loss that is not finite.
        live: the mean loss of the current epoch so far, under `loss`.
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
        """The number of repeats that are trained at once, including this one."""
        return self.result.together
