"""The state of a training, as engines and hooks see it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.interfaces.component import Component
from minidl_core.interfaces.dataset import Data
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.sequential import Sequential
from minidl_core.seeds import derive, generator
from minidl_core.training.part_attributes import load_attributes, plain_attributes
from minidl_core.training.result import Epoch, FitResult, Scores, Seconds


@dataclass(eq=False)
class Run:
    """One training: its parts, its progress and its result so far; the whole state of a training.

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
        engine: the name of the engine that was chosen to take the steps.
        keep_gradients: True to keep the gradients of each last step where hooks can read them, which costs time; a
            hook sets it in `minidl_run_started`.
        touched: True if a hook may have changed the parts since the last steps; an engine then looks for changes.
        epoch: the current epoch, from 1; 0 before the first.
        step: the number of steps taken, over all epochs.
        failure: the error that ended the training, if any: a failed hook or part, or a loss that is not finite.
        live: the mean loss of the current epoch so far, under `loss`.
        steps_per_epoch: the number of steps of an epoch; the last may be of fewer samples.
        shuffle: the source of the order of the rows.
        order: the rows of the training data in the order of the current epoch, `(samples)`, on the CPU.
        losses: the losses of the steps of the current epoch, `(steps_per_epoch)`, float64, on the CPU.
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
    engine: str = ""
    keep_gradients: bool = False
    touched: bool = False
    epoch: int = 0
    step: int = 0
    failure: MinidlError | None = None
    live: Scores = field(default_factory=dict)
    steps_per_epoch: int = field(init=False)
    shuffle: torch.Generator = field(init=False)
    order: Tensor = field(init=False)
    losses: Tensor = field(init=False)

    def __post_init__(self) -> None:
        """Allocate the order of the rows and the losses of an epoch."""
        inputs = self.data.train.inputs
        self.shuffle = generator(derive(self.result.seed, "shuffle"))
        self.order = torch.arange(len(inputs))
        self.steps_per_epoch = math.ceil(len(inputs) / self.batch_size)
        self.losses = torch.zeros(self.steps_per_epoch, dtype=torch.float64)

    @property
    def steps(self) -> int:
        """The number of steps of all epochs."""
        return self.epochs * self.steps_per_epoch

    @property
    def step_in_epoch(self) -> int:
        """The number of steps taken in the current epoch."""
        return self.step - max(0, self.epoch - 1) * self.steps_per_epoch

    @property
    def together(self) -> int:
        """The number of repeats that are trained at once, including this one."""
        return self.result.together

    def parts(self) -> list[Component]:
        """Return the network, the loss, the optimizer and the metrics."""
        return [self.model, self.loss, self.optimizer, *self.metrics.values()]

    def begin_epoch(self) -> None:
        """Begin the next epoch with a new order of the rows, unless the current one is not complete."""
        if self.epoch == len(self.result.history):
            self.epoch += 1
            torch.randperm(len(self.order), generator=self.shuffle, out=self.order)

    def fail(self, error: MinidlError) -> None:
        """Record an error that ended the training; further ones become notes of the first."""
        if self.failure is None:
            self.failure = error
        elif self.failure is not error:
            self.failure.add_note(str(error))

    def state(self) -> dict[str, Any]:
        """Return a copy of the whole state: a dict of tensors and JSON values.

        A run of the same configuration that loads it goes on with the same bits as this one. The state is complete
        between two steps. Of the attributes of parts that are no parameters, buffers or state of the optimizer, it has
        numbers, texts and lists of these.
        """
        tensors = {"order": self.order, "losses": self.losses, "shuffle": self.shuffle.get_state()}
        return {
            "epoch": self.epoch,
            "step": self.step,
            "history": [asdict(epoch) for epoch in self.result.history],
            "seconds": asdict(self.result.seconds),
            **_cloned(tensors),
            "generators": [source.get_state() for source in self._generators()],
            "model": _cloned(self.model.state()),
            "optimizer": _cloned(self.optimizer.state()),
            "attributes": [plain_attributes(part) for part in self._components()],
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Restore what `state` returned, in a run of the same configuration that is ready for training.

        Raises:
            SavedModelError: it is the state of another network; nothing has been changed.
        """
        self.model.check_state(state["model"])
        self.epoch, self.step, self.live = state["epoch"], state["step"], {}
        self.result.history[:] = [Epoch(**epoch) for epoch in state["history"]]
        self.result.seconds = Seconds(**state["seconds"])
        self.shuffle.set_state(state["shuffle"])
        for source, numbers in zip(self._generators(), state["generators"], strict=True):
            source.set_state(numbers)
        for part, attributes in zip(self._components(), state["attributes"], strict=True):
            load_attributes(part, attributes)
        of_optimizer = _cloned(state["optimizer"])
        with torch.inference_mode():  # steps may have left tensors that cannot be written to outside of it
            self.order.copy_(state["order"])
            self.losses.copy_(state["losses"])
            self.model.load_state(state["model"])
            self.optimizer.load_state(of_optimizer)

    def _components(self) -> list[Component]:
        """Return all parts, including the layers."""
        return [*self.model.modules(), self.loss, self.optimizer, *self.metrics.values()]

    def _generators(self) -> list[torch.Generator]:
        """Return the sources of the random numbers of the layers, each once."""
        return list({id(one.generator): one.generator for one in self.model.modules() if one.generator}.values())


def _cloned(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tensors.items()}
