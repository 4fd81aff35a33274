"""The range of targets."""

from __future__ import annotations

import math

from torch import Tensor

from minidl_core import DataError

ROUNDING = 1e-6
"""How far probabilities may be outside of 0 to 1: sums and differences of others are, a little."""


def target_range(loss: str, targets: Tensor) -> tuple[float, float]:
    """Return the smallest and the largest target.

    Raises:
        DataError: there are infinite ones, or NaN.
    """
    lowest, highest = (end.item() for end in targets.aminmax())
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        raise DataError(
            f"{loss} expects finite targets, but these go from {lowest:.4g} to {highest:.4g}: mend them, or leave the "
            "samples out"
        )
    return lowest, highest
