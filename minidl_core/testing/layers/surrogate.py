"""Checks of layers that declare surrogate_gradient: their backward is intentionally not the derivative."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import torch

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.conditions import Conditions, all_conditions
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.gradients import GradientTrial
from minidl_core.testing.layers.harness import Harness, upstream_of
from minidl_core.testing.numerics.gradient_check import INPUT


def check_surrogate(configured: ConfiguredLayer, conditions: Conditions) -> None:
    """Check that surrogate gradients have the right shapes, are finite, and are all written."""
    layer = configured.trained()
    layer.train() if conditions.training else layer.eval()
    harness = Harness(layer)
    output = harness.forward(conditions.draw(configured.shape))
    for parameter in layer.parameters():
        parameter.grad = torch.full_like(parameter.value, torch.nan)
    grad_input = layer.backward(upstream_of(output))
    expected = (conditions.batch, *configured.shape)
    if grad_input.shape != expected:
        raise ConformanceError(f"the gradient of the input has shape {tuple(grad_input.shape)}, expected {expected}")
    gradients = {name: parameter.grad for name, parameter in layer.named_parameters().items()}
    for name, gradient in {INPUT: grad_input, **gradients}.items():
        if not bool(gradient.isfinite().all()):
            raise ConformanceError(
                f"the gradient of {name} contains NaN or infinite numbers, or backward does not write it"
            )


def check_declaration(layers: Sequence[ConfiguredLayer]) -> None:
    """Check that the backward of a layer which declares surrogate_gradient differs from the derivative somewhere."""
    for configured in layers:
        for conditions in all_conditions(both_modes=configured.depends_on_mode):
            with suppress(NotCheckedError):
                if GradientTrial(configured, conditions).wrong():
                    return
    raise ConformanceError(
        "it declares surrogate_gradient = True, but its backward is the derivative wherever it was compared: remove "
        "the declaration, so that its gradients are checked"
    )
