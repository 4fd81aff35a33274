"""The range of targets."""

from __future__ import annotations

import math

from torch import Tensor

from minidl_core import DataError

ROUNDING = 1e-6
"""The largest distance outside of 0 to 1 that probabilities may have from rounding."""


def target_range(loss: str, targets: Tensor) -> tuple[float, float]:
    """Return the smallest and the largest target.

    Raises:
        DataError: a target is infinite or NaN.
    """
    lowest, highest = (end.item() for end in targets.aminmax())
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        raise DataError(
            f"{loss} expects finite targets, but these range from {lowest:.4g} to {highest:.4g}: correct them or "
            "remove their samples"
        )
    return lowest, highest
