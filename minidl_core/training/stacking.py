"""Independent runs stacked in a dimension in front, and so trained at once.

Small networks leave most of a step's time to the calls themselves; a stack takes one step for all its runs. Each run
has its own data, order of batches and random numbers, and its numbers are those that it has alone, up to rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace

import torch

from minidl_core.interfaces.dataset import Samples
from minidl_core.interfaces.parameter import Buffer, Parameter, consolidate
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.batches import StackedBatches
from minidl_core.training.evaluation import judged, predict
from minidl_core.training.result import Epoch, Scores
from minidl_core.training.stacked_update import OwnUpdates, SharedUpdate
from minidl_core.training.state import Run
from minidl_core.training.together import Together, shuffling_of


class Stack(Together):
    """Several runs: their tensors are views of the stacked ones while they are trained.

    Args:
        runs: two or more, alike but for their numbers (`stackable`).
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.train, self.test = (_stacked([getattr(run.data, part) for run in runs]) for part in ("train", "test"))
        for index, run in enumerate(runs):
            train, test = (Samples(*(tensor[index] for tensor in samples)) for samples in (self.train, self.test))
            run.data = replace(run.data, train=train, test=test)
            run.together = len(runs)
        first = runs[0]
        model = stacked_model([run.model for run in runs])
        alike = first.optimizer.elementwise and len({repr(run.optimizer) for run in runs}) == 1
        self.update = SharedUpdate(runs, model) if alike else OwnUpdates(runs, model)
        batches = StackedBatches(self.train, first.batch_size, [shuffling_of(run) for run in runs])
        super().__init__(list(runs), model, first.loss, self.update.optimizer, batches, batch_dim=1)
        buffers = (run.model.named_buffers().values() for run in runs)
        self._buffers = list(zip(model.named_buffers().values(), zip(*buffers, strict=True), strict=True))

    def settle(self) -> None:
        """Bring the runs' own networks and optimizers to where the stack's are."""
        self.update.settle()
        for buffer, own in self._buffers:
            for one, value in zip(own, buffer.value, strict=True):
                one.value = value

    def release(self) -> None:
        """Give each run tensors of its own."""
        self.update.release()
        for run in self.runs:
            for buffer in run.model.named_buffers().values():
                buffer.value = buffer.value.clone()

    def evaluated(self) -> list[Epoch]:
        """Return the scores of each run's network as it is now."""
        scores = [self._scores(samples) for samples in (self.train, self.test)]
        return [Epoch(run.epoch, train, test) for run, train, test in zip(self.runs, *scores, strict=True)]

    def _scores(self, samples: Samples) -> list[Scores]:
        predictions = predict(self.model, samples.inputs, dim=1)
        scores: list[Scores] = [{"loss": loss} for loss in self.loss.forward(predictions, samples.targets).tolist()]
        scales = [run.data.target_scale for run in self.runs]
        for name, metric in self.runs[0].metrics.items():
            if metric.supports_stacking and not any(scales):
                found = metric.compute(predictions, samples.targets).tolist()
            else:
                each = zip(predictions, samples.targets, scales, strict=True)
                found = [judged(*one[:2], {name: metric}, one[2])[name] for one in each]
            for of_run, value in zip(scores, found, strict=True):
                of_run[name] = value
        return scores


def stacked_model(models: Sequence[Sequential]) -> Sequential:
    """Return a network with the parameters and buffers of several stacked in front, whose layers draw for each."""
    shared = {id(module.generator): module.generator for model in models for module in model.modules()}
    together = copy.deepcopy(models[0], dict(shared))
    layers = zip(together.modules(), *(model.modules() for model in models), strict=True)
    for layer, *own in layers:
        layer.generators = [one.generator or torch.default_generator for one in own]
        for name, item in vars(layer).items():
            if isinstance(item, Parameter):
                setattr(layer, name, Parameter(torch.stack([getattr(one, name).value for one in own])))
            elif isinstance(item, Buffer):
                setattr(layer, name, Buffer(torch.stack([getattr(one, name).value for one in own])))
    consolidate(together.parameters())
    return together


def _stacked(samples: Sequence[Samples]) -> Samples:
    return Samples(*map(torch.stack, zip(*samples, strict=True)))
