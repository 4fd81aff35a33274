"""Checks that extreme predictions do not make a loss overflow if its exact value is finite."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.losses.configured_loss import ConfiguredLoss
from minidl_core.testing.numerics.overflow import MAGNITUDES, OVERFLOWS, UNDEFINED, first_overflow, is_bounded

NEAR = (1e-3, 1e-5, 1e-7)


def check_extremes(configured: ConfiguredLoss) -> None:
    """Check that float32 gives finite results wherever the float64 results are representable in float32.

    For perfect predictions, loss and gradient must be finite if they are bounded nearby.
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
                if overflow := first_overflow(found, exact[what]):
                    raise ConformanceError(f"if predictions {words}, {what} in float32 {overflow}", OVERFLOWS)
    for what, found in _results(configured, target.clone(), target).items():
        near = [_results(configured, target + size * normal, target)[what] for size in NEAR]
        if not bool(found.isfinite().all()) and is_bounded(near):
            raise ConformanceError(
                f"for perfect predictions, {what} is NaN or infinite, although it is bounded nearby", UNDEFINED
            )


def _results(configured: ConfiguredLoss, prediction: Tensor, target: Tensor) -> dict[str, Tensor]:
    value, gradient = configured.passes(prediction.clone(), target.clone())
    return {"the loss": value.double(), "the gradient": gradient.double()}
