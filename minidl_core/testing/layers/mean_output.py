"""Whether a random layer keeps, in training, the mean that it has in evaluation."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness

SAMPLES = 256
PASSES = 40

CERTAIN = 6
"""How many standard errors a factor must differ from 1."""

NOTICEABLE = 0.02
"""The least difference of a factor from 1 that is told."""


def check_mean_output(configured: ConfiguredLayer) -> None:
    """Check that outputs in training are not, on average, a multiple of those in evaluation.

    Only a factor common to large and small, positive and negative outputs is a mistake: behind a bend, the mean of
    random outputs may well differ.
    """
    layer = configured.trained()
    harness = Harness(layer)
    if not harness.draws(configured.inputs()):
        raise NotCheckedError("it draws no random numbers in training")
    x = configured.inputs(SAMPLES)
    expected = harness.forward_in_evaluation(x)
    layer.train()
    passes = torch.stack([layer.forward(x).clone() for _ in range(PASSES)])
    if passes.shape[1:] != expected.shape or not bool(passes.any()):
        raise NotCheckedError("its outputs in training are all 0, or of another shape than in evaluation")
    mean, error = passes.mean(0), passes.std(0) / PASSES**0.5
    factors = [_factor(mean[part], expected[part], error[part]) for part in _parts(expected) if bool(part.any())]
    factor, spread = _factor(mean, expected, error)
    apart = all(abs(one - factor) <= CERTAIN * (deviation + spread) for one, deviation in factors)
    if apart and abs(factor - 1) > max(CERTAIN * spread, NOTICEABLE):
        raise ConformanceError(
            f"the mean of the outputs in training is {factor:.3g} times the output in evaluation",
            "what is set to zero with probability p in training is to be made up for by a factor 1/(1 - p)",
        )


def _parts(expected: Tensor) -> list[Tensor]:
    """Return masks of the positive, negative, large and small outputs."""
    large = expected.abs() > expected.abs().median()
    return [expected > 0, expected < 0, large, ~large]


def _factor(mean: Tensor, expected: Tensor, error: Tensor) -> tuple[float, float]:
    """Return the factor between means and what is expected, by least squares, and its standard error."""
    square = expected.square().sum().clamp(min=1e-300)
    return float((mean * expected).sum() / square), float((error * expected).square().sum().sqrt() / square)
