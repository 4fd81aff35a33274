"""Predictions so far from the targets, or so near, that a loss overflows although its value would not."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.numerics.overflow import MAGNITUDES, OVERFLOWS, UNDEFINED, first_overflow, is_bounded

NEAR = (1e-3, 1e-5, 1e-7)


def check_extremes(configured: ConfiguredLoss) -> None:
    """Check that float32 gives finite numbers wherever float64 gives numbers that float32 can hold.

    Where predictions are right, loss and gradient are finite, if they are bounded near by.
    """
    normal, target = configured.batch(5, 3)
    for magnitude in MAGNITUDES:
        for words, prediction in (
            (f"are all {magnitude:g}", torch.full_like(normal, magnitude)),
            (f"are all {-magnitude:g}", torch.full_like(normal, -magnitude)),
            (f"are ±{magnitude:g}", magnitude * normal.sign()),
        ):
            exact = _results(configured, prediction, target)
            for what, found in _results(configured, prediction.float(), target.float()).items():
                if told := first_overflow(found, exact[what]):
                    raise ConformanceError(f"where predictions {words}, {what} in float32 {told}", OVERFLOWS)
    for what, found in _results(configured, target.clone(), target).items():
        near = [_results(configured, target + size * normal, target)[what] for size in NEAR]
        if not bool(found.isfinite().all()) and is_bounded(near):
            raise ConformanceError(f"where predictions are right, {what} is NaN or infinite", UNDEFINED)


def _results(configured: ConfiguredLoss, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    value, gradient = configured.passes(prediction.clone(), target.clone())
    return {"the loss": value.double(), "the gradient": gradient.double()}
