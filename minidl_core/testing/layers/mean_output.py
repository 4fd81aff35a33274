"""Checks that the mean output of a random layer in training equals its output in evaluation."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness

SAMPLES = 256
PASSES = 40

CERTAIN = 6
"""The number of standard errors by which a factor must differ from 1."""

NOTICEABLE = 0.02
"""The minimum difference of a factor from 1 that is reported."""


def check_mean_output(configured: ConfiguredLayer) -> None:
    """Check that mean outputs in training are not a multiple of the outputs in evaluation.

    Only a factor common to large, small, positive and negative outputs is a fault: after a nonlinearity, the mean of
    random outputs may differ.
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
        raise NotCheckedError("its outputs in training are all 0, or have another shape than in evaluation")
    mean, error = passes.mean(0), passes.std(0) / PASSES**0.5
    factors = [_factor(mean[part], expected[part], error[part]) for part in _parts(expected) if bool(part.any())]
    factor, spread = _factor(mean, expected, error)
    is_common = all(abs(one - factor) <= CERTAIN * (deviation + spread) for one, deviation in factors)
    if is_common and abs(factor - 1) > max(CERTAIN * spread, NOTICEABLE):
        raise ConformanceError(
            f"the mean output in training is {factor:.3g} times the output in evaluation, expected 1",
            "if values are set to zero with probability p in training, the others need a factor 1/(1 - p)",
        )


def _parts(expected: Tensor) -> list[Tensor]:
    """Return masks of the positive, negative, large and small outputs."""
    large = expected.abs() > expected.abs().median()
    return [expected > 0, expected < 0, large, ~large]


def _factor(mean: Tensor, expected: Tensor, error: Tensor) -> tuple[float, float]:
    """Return the least-squares factor between the means and the expected outputs, and its standard error."""
    square = expected.square().sum().clamp(min=1e-300)
    return float((mean * expected).sum() / square), float((error * expected).square().sum().sqrt() / square)
