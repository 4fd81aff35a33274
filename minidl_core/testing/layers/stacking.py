"""Independent runs stacked in a dimension in front."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.testing.check_case import ConformanceError, NotCheckedError, describe_failure
from minidl_core.testing.layers.configured_layer import BATCH, ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, Passes, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import random_normal, require_same

RUNS = 3
HINT = (
    "address batch and features from the right (dim=-1, .mT), draw random numbers by self.random_like, or declare "
    "supports_stacking = False in the class"
)


def check_stacking(configured: ConfiguredLayer) -> None:
    """Check that runs stacked in front give what each gives alone."""
    if not configured.supports_stacking:
        raise NotCheckedError("it declares supports_stacking = False")
    alone, together = [configured.trained(seed) for seed in range(RUNS)], configured.trained()
    harnesses = [Harness(layer) for layer in alone]
    stack_state(together, alone)
    x = random_normal(RUNS, BATCH, *configured.shape)
    stacked, upstream = _stacked_passes(together, x, harnesses)
    for run, (layer, harness) in enumerate(zip(alone, harnesses, strict=True)):
        expected = harness.passes(x[run].clone(), upstream[run].clone())
        require_same_passes(f"of run {run} of {RUNS} stacked in front", _of_run(stacked, run), expected, hint=HINT)
        for name, buffer in layer.named_buffers().items():
            found = together.named_buffers()[name].value[run]
            require_same(f"{name} of run {run} of {RUNS} stacked in front", found, buffer.value, hint=HINT)


def stack_state(layer: Module, alone: Sequence[Module]) -> None:
    """Give a layer the parameters, buffers and sources of random numbers of several, stacked in front."""
    for module, *own in zip(layer.modules(), *(one.modules() for one in alone), strict=True):
        module.generators = [one.generator for one in own if one.generator is not None]
    for name, parameter in layer.named_parameters().items():
        parameter.value = torch.stack([one.named_parameters()[name].value for one in alone])
        parameter.grad = torch.zeros_like(parameter.value)
    for name, buffer in layer.named_buffers().items():
        buffer.value = torch.stack([one.named_buffers()[name].value for one in alone])


def _stacked_passes(layer: Module, x: Tensor, alone: Sequence[Harness]) -> tuple[Passes, Tensor]:
    """Return what all runs give at once, and the upstream gradient; each draws random numbers as it does alone."""
    harness = Harness(layer)
    try:
        upstream = upstream_of(harness.forward(x.clone()))
        for one in alone:
            one.rewind()
        return harness.passes(x.clone(), upstream), upstream
    except Exception as error:
        raise ConformanceError(
            f"runs stacked in front cannot be passed through: {describe_failure(error)}: {HINT}"
        ) from error


def _of_run(stacked: Passes, run: int) -> Passes:
    gradients = {name: gradient[run] for name, gradient in stacked.gradients.items()}
    return Passes(stacked.output[run], stacked.grad_input[run], gradients)
