"""Checks that a layer handles independent runs stacked in a leading dimension."""

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
    "address batch and features from the right (dim=-1, .mT), draw random numbers with self.random_like, or declare "
    "supports_stacking = False in the class"
)


def check_stacking(configured: ConfiguredLayer) -> None:
    """Check that stacked runs give the results of the single runs."""
    if not configured.supports_stacking:
        raise NotCheckedError("it declares supports_stacking = False")
    singles, stacked = [configured.trained(seed) for seed in range(RUNS)], configured.trained()
    harnesses = [Harness(layer) for layer in singles]
    stack_state(stacked, singles)
    x = random_normal(RUNS, BATCH, *configured.shape)
    found, upstream = _stacked_passes(stacked, x, harnesses)
    for run, (layer, harness) in enumerate(zip(singles, harnesses, strict=True)):
        expected = harness.passes(x[run].clone(), upstream[run].clone())
        require_same_passes(f"of stacked run {run} of {RUNS}", _of_run(found, run), expected, hint=HINT)
        for name, buffer in layer.named_buffers().items():
            own = stacked.named_buffers()[name].value[run]
            require_same(f"{name} of stacked run {run} of {RUNS}", own, buffer.value, hint=HINT)


def stack_state(layer: Module, singles: Sequence[Module]) -> None:
    """Give a layer the stacked parameters, buffers and generators of several layers."""
    for module, *own in zip(layer.modules(), *(one.modules() for one in singles), strict=True):
        module.generators = [one.generator for one in own if one.generator is not None]
    for name, parameter in layer.named_parameters().items():
        parameter.value = torch.stack([one.named_parameters()[name].value for one in singles])
        parameter.grad = torch.zeros_like(parameter.value)
    for name, buffer in layer.named_buffers().items():
        buffer.value = torch.stack([one.named_buffers()[name].value for one in singles])


def _stacked_passes(layer: Module, x: Tensor, singles: Sequence[Harness]) -> tuple[Passes, Tensor]:
    """Return the results of all stacked runs, and the upstream gradient; each run draws its own random numbers."""
    harness = Harness(layer)
    try:
        upstream = upstream_of(harness.forward(x.clone()))
        for one in singles:
            one.rewind()
        return harness.passes(x.clone(), upstream), upstream
    except Exception as error:
        raise ConformanceError(f"stacked runs fail: {describe_failure(error)}: {HINT}") from error


def _of_run(passes: Passes, run: int) -> Passes:
    gradients = {name: gradient[run] for name, gradient in passes.gradients.items()}
    return Passes(passes.output[run], passes.grad_input[run], gradients)
