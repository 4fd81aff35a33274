"""Stacks: independent runs that are trained at once, with the runs as an additional first dimension.

Small networks spend most of a step's time on the calls themselves; a stack takes one step for all its runs. Each run
has its own data, order of batches and random numbers. Its results equal those of a single run up to rounding errors.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace

import torch

from minidl_core.assembly import part_name
from minidl_core.errors import RunError
from minidl_core.interfaces.block import consolidate
from minidl_core.interfaces.dataset import Samples
from minidl_core.interfaces.parameter import Buffer, Parameter
from minidl_core.interfaces.sequential import Sequential
from minidl_core.training.batches import StackedBatches
from minidl_core.training.evaluation import compute_metrics, predict
from minidl_core.training.result import Epoch, Scores
from minidl_core.training.return_checks import wrong_return_error
from minidl_core.training.run_group import RunGroup, shuffle_generator
from minidl_core.training.run_state import Run
from minidl_core.training.stacked_layout import StackedLayout
from minidl_core.training.stacked_optimizers import SeparateOptimizers, SharedOptimizer, plain_attributes


class Stack(RunGroup):
    """Several runs that are trained at once.

    Training changes the stacked tensors only. Before hooks are called, `sync` copies the state to the networks and
    optimizers of the runs; afterwards, `reload` copies the changes made by hooks back.

    Args:
        runs: two or more runs with the same `stack_key`.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.train, self.test = (_stacked([getattr(run.data, part) for run in runs]) for part in ("train", "test"))
        for index, run in enumerate(runs):
            train, test = (Samples(*(tensor[index] for tensor in samples)) for samples in (self.train, self.test))
            run.data = replace(run.data, train=train, test=test)
            run.result.together = len(runs)
        model = stacked_model([run.model for run in runs])
        self.block = consolidate(model.parameters())
        self.blocks = [consolidate(run.model.parameters()) for run in runs]
        self.layout = StackedLayout(model.parameters(), len(runs))
        self.optimizers = [run.optimizer for run in runs]
        self.shared = SharedOptimizer(self.optimizers, self.block, self.layout) if self._can_share() else None
        if self.shared is not None and not self.shared.is_supported():
            self.shared = None
        optimizer = self._separate_optimizers() if self.shared is None else self.shared.optimizer
        batches = StackedBatches(self.train, runs[0].batch_size, [shuffle_generator(run) for run in runs])
        super().__init__(list(runs), model, copy.deepcopy(runs[0].loss), optimizer, batches, batch_dim=1)
        models = model, *(run.model for run in runs)
        self._buffers = list(zip(*(one.named_buffers().values() for one in models), strict=True))
        parts = [*zip(*(one.modules() for one in models), strict=True), (self.loss, *(run.loss for run in runs))]
        self._parts = [one for one in parts if one[0].settings_now()]

    def sync(self) -> None:
        """Copy the state of the stack to the networks, losses and optimizers of the runs."""
        values, grads = (self.layout.split(tensor).unbind() for tensor in self.block)
        for own, value, grad in zip(self.blocks, values, grads, strict=True):
            own.value.copy_(value)
            own.grad.copy_(grad)
        for buffer, *of_runs in self._buffers:
            for one, value in zip(of_runs, buffer.value, strict=True):
                one.value.copy_(value)
        for part, *of_runs in self._parts:
            settings = part.settings_now()
            for one in of_runs:
                vars(one).update(settings)
        if self.shared is not None:
            self.shared.sync()

    def reload(self) -> None:
        """Copy the state of the networks, losses and optimizers of the runs to the stack.

        Raises:
            RunError: a hook has changed a setting of a layer or loss for some of the runs only.
        """
        self.block.value.copy_(self.layout.merge([own.value for own in self.blocks]))
        for buffer, *of_runs in self._buffers:
            buffer.value.copy_(torch.stack([one.value for one in of_runs]))
        self._reload_settings()
        if self.shared is not None and self._can_share():
            self.shared.reload()
        elif self.shared is not None:
            self.shared = None
            self.optimizer = self._separate_optimizers()

    def _reload_settings(self) -> None:
        """Copy the settings of the layers and losses of the runs to those of the stack."""
        for part, *of_runs in self._parts:
            settings = of_runs[0].settings_now()
            if any(one.settings_now() != settings for one in of_runs):
                raise RunError(
                    f"a setting of {part.label()} was changed for some of the repeats that are trained at once, but "
                    "not for all: train them one after another (--without stacking)"
                )
            for name, value in settings.items():
                setattr(part, name, value)

    def _separate_optimizers(self) -> SeparateOptimizers:
        return SeparateOptimizers(self.optimizers, self.blocks, self.block, self.layout)

    def _can_share(self) -> bool:
        """Whether one optimizer can update all runs: elements independently, and with equal settings."""
        first, *others = self.optimizers
        rule = repr(first), plain_attributes(first)
        return first.elementwise and all((repr(one), plain_attributes(one)) == rule for one in others)

    def evaluate(self) -> list[Epoch]:
        """Return the scores of the current network of each run."""
        scores = [self._scores(samples) for samples in (self.train, self.test)]
        return [Epoch(run.epoch, train, test) for run, train, test in zip(self.runs, *scores, strict=True)]

    def _scores(self, samples: Samples) -> list[Scores]:
        predictions = predict(self.model, samples.inputs, dim=1)
        scores: list[Scores] = [{"loss": loss} for loss in self.loss.forward(predictions, samples.targets).tolist()]
        scales = [run.data.target_scale for run in self.runs]
        for name, metric in self.runs[0].metrics.items():
            if metric.supports_stacking and not any(scales):
                values = metric.compute(predictions, samples.targets)
                if values.shape != predictions.shape[:1]:
                    raise wrong_return_error(part_name(metric), "compute", "one number per stacked run", values)
                found = values.tolist()
            else:
                each = zip(predictions, samples.targets, scales, strict=True)
                found = [compute_metrics(*one[:2], {name: metric}, one[2])[name] for one in each]
            for of_run, value in zip(scores, found, strict=True):
                of_run[name] = value
        return scores


def stacked_model(models: Sequence[Sequential]) -> Sequential:
    """Return a network with the stacked parameters and buffers of several, whose layers draw from all generators."""
    shared = {id(module.generator): module.generator for model in models for module in model.modules()}
    stacked = copy.deepcopy(models[0], dict(shared))
    layers = zip(stacked.modules(), *(model.modules() for model in models), strict=True)
    for layer, *own in layers:
        layer.generators = [one.generator or torch.default_generator for one in own]
        for name, item in vars(layer).items():
            if isinstance(item, Parameter):
                setattr(layer, name, Parameter(torch.stack([getattr(one, name).value for one in own])))
            elif isinstance(item, Buffer):
                setattr(layer, name, Buffer(torch.stack([getattr(one, name).value for one in own])))
    consolidate(stacked.parameters())
    return stacked


def _stacked(samples: Sequence[Samples]) -> Samples:
    return Samples(*map(torch.stack, zip(*samples, strict=True)))
