"""Independent runs stacked in a dimension in front, and so trained at once.

Small networks leave most of a step's time to the calls themselves; a stack takes one step for all its runs. Each run
has its own data, order of batches and random numbers, and its numbers are those that it has alone, up to rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from minidl_core.errors import RunError
from minidl_core.interfaces.component import Component
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
    """Several runs, whose tensors are copies of slices of the stacked ones.

    The stack trains; between epochs, and whenever hooks are to look, the runs' own networks and optimizers are brought
    to where it is (`settle`), and it takes over what hooks have changed there (`resume`).

    Args:
        runs: two or more, alike but for their numbers and optimizers (`stackable`).
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.train, self.test = (_stacked([getattr(run.data, part) for run in runs]) for part in ("train", "test"))
        for index, run in enumerate(runs):
            train, test = (Samples(*(tensor[index] for tensor in samples)) for samples in (self.train, self.test))
            run.data = replace(run.data, train=train, test=test)
            run.together = len(runs)
        model = stacked_model([run.model for run in runs])
        self.block = consolidate(model.parameters())
        self.blocks = [consolidate(run.model.parameters()) for run in runs]
        self.places = _places(model.parameters(), len(runs))
        self.optimizers = [run.optimizer for run in runs]
        self.shared = SharedUpdate(self.optimizers, self.block, self.places) if self._may_share() else None
        own = OwnUpdates(self.optimizers, self.blocks, self.block, self.places)
        batches = StackedBatches(self.train, runs[0].batch_size, [shuffling_of(run) for run in runs])
        super().__init__(
            list(runs), model, runs[0].loss, self.shared.optimizer if self.shared else own, batches, batch_dim=1
        )

    def settle(self) -> None:
        """Bring the runs' own networks and optimizers to where the stack is."""
        values, grads = self.block.value[self.places], self.block.grad[self.places]
        for own, value, grad in zip(self.blocks, values, grads, strict=True):
            own.value.copy_(value)
            own.grad.copy_(grad)
        for buffer, of_runs in self._buffers():
            for one, value in zip(of_runs, buffer.value, strict=True):
                one.value.copy_(value)
        if self.shared is not None:
            self.shared.settle()

    def resume(self) -> None:
        """Bring the stack to where the runs' own networks and optimizers are.

        Raises:
            RunError: a hook has changed a setting of a layer or loss for some of the runs.
        """
        self.block.value.index_copy_(0, self.places.view(-1), torch.cat([own.value for own in self.blocks]))
        for buffer, of_runs in self._buffers():
            buffer.value.copy_(torch.stack([one.value for one in of_runs]))
        for part, *own in self._parts():
            settings = own[0].settings_now()
            if any(one.settings_now() != settings for one in own):
                raise RunError(
                    f"a setting of {part.label()} was changed for some of the repeats that are trained at once, but "
                    "not for all alike: train them one after another (--without stacking)"
                )
            for name, value in settings.items():
                setattr(part, name, value)
        if self.shared is not None and self._may_share():
            self.shared.resume()
        elif self.shared is not None:
            self.shared = None
            self.optimizer = OwnUpdates(self.optimizers, self.blocks, self.block, self.places)

    def _may_share(self) -> bool:
        first = self.optimizers[0]
        alike = all(type(one) is type(first) and one.settings_now() == first.settings_now() for one in self.optimizers)
        return first.elementwise and alike

    def _parts(self) -> Iterator[tuple[Component, ...]]:
        """Yield each layer of the stack, and the loss, with those of the runs."""
        yield from zip(self.model.modules(), *(run.model.modules() for run in self.runs), strict=True)
        yield self.loss, *(run.loss for run in self.runs)

    def _buffers(self) -> Iterator[tuple[Buffer, tuple[Buffer, ...]]]:
        """Yield each buffer of the stack with those of the runs."""
        of_runs = zip(*(run.model.named_buffers().values() for run in self.runs), strict=True)
        return zip(self.model.named_buffers().values(), of_runs, strict=True)

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


def _places(parameters: Sequence[Parameter], runs: int) -> Tensor:
    """Return where in the stack's block each run's elements are, `(runs, elements)`, in the run's own order."""
    offset, places = 0, [torch.empty(runs, 0, dtype=torch.int64)]
    for parameter in parameters:
        size = parameter.value.numel()
        places.append(torch.arange(offset, offset + size).view(runs, -1))
        offset += size
    return torch.cat(places, dim=1).to(parameters[0].value.device if parameters else "cpu")
