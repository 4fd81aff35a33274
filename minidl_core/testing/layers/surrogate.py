"""Layers that declare that their backward is not the derivative."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import torch

from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.gradient import INPUT
from minidl_core.testing.layers.bench import Bench, upstream_of
from minidl_core.testing.layers.gradients import Trial
from minidl_core.testing.layers.situation import Situation, situations
from minidl_core.testing.layers.specimen import LayerSpecimen


def check_surrogate(specimen: LayerSpecimen, situation: Situation) -> None:
    """Check the shapes of surrogate gradients, that they are finite, and that none is left as it was."""
    layer = specimen.used()
    layer.train() if situation.training else layer.eval()
    bench = Bench(layer)
    output = bench.forward(situation.draw(specimen.shape))
    for parameter in layer.parameters():
        parameter.grad.fill_(torch.nan)
    grad_input = layer.backward(upstream_of(output))
    if grad_input.shape != (situation.batch, *specimen.shape):
        raise ConformanceError(f"the gradient of the input is of shape {tuple(grad_input.shape)}")
    gradients = {name: parameter.grad for name, parameter in layer.named_parameters().items()}
    for name, gradient in {INPUT: grad_input, **gradients}.items():
        if not bool(gradient.isfinite().all()):
            raise ConformanceError(f"the gradient of {name} holds NaN or infinite numbers, or is not filled in")


def check_declaration(specimens: Sequence[LayerSpecimen]) -> None:
    """Check that a layer which declares that its backward is not the derivative has one that is not, at least once."""
    for specimen in specimens:
        for situation in situations(both_modes=specimen.depends_on_mode):
            with suppress(NotCheckedError):
                if Trial(specimen, situation).wrong():
                    return
    raise ConformanceError(
        "it declares surrogate_gradient = True, but its backward is the derivative wherever it was compared: take the "
        "declaration out, so that its gradients are checked"
    )
