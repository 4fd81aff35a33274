"""Layers that declare that their backward is not the derivative."""

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
    """Check the shapes of surrogate gradients, that they are finite, and that none is left as it was."""
    layer = configured.trained()
    layer.train() if conditions.training else layer.eval()
    harness = Harness(layer)
    output = harness.forward(conditions.draw(configured.shape))
    for parameter in layer.parameters():
        parameter.grad.fill_(torch.nan)
    grad_input = layer.backward(upstream_of(output))
    if grad_input.shape != (conditions.batch, *configured.shape):
        raise ConformanceError(f"the gradient of the input is of shape {tuple(grad_input.shape)}")
    gradients = {name: parameter.grad for name, parameter in layer.named_parameters().items()}
    for name, gradient in {INPUT: grad_input, **gradients}.items():
        if not bool(gradient.isfinite().all()):
            raise ConformanceError(f"the gradient of {name} holds NaN or infinite numbers, or is not filled in")


def check_declaration(configurations: Sequence[ConfiguredLayer]) -> None:
    """Check that a layer which declares that its backward is not the derivative has one that is not, at least once."""
    for configured in configurations:
        for conditions in all_conditions(both_modes=configured.depends_on_mode):
            with suppress(NotCheckedError):
                if GradientTrial(configured, conditions).wrong():
                    return
    raise ConformanceError(
        "it declares surrogate_gradient = True, but its backward is the derivative wherever it was compared: take the "
        "declaration out, so that its gradients are checked"
    )
