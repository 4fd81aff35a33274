"""Results that are infinite or NaN although the exact ones are finite."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MAGNITUDES = (0.0, 1e-30, 1e-8, 30.0, 100.0, 300.0, 1e3, 1e4, 1e8, 1e12)
"""The magnitudes tried: in float32, exponentials overflow from 89 on, cubes from 1e13, squares from 1e19."""

REPRESENTABLE = 1e34
"""Up to this, float32 can hold a number and the sum of many like it."""

GROWTH = 4
"""A result that grows by less than this factor as 0 is approached counts as bounded."""

OVERFLOWS = (
    "an intermediate result overflows or underflows to 0: rewrite the formula, as softmax subtracts the largest input "
    "first, or log(1 + eˣ) = max(x, 0) + log1p(e^-|x|)"
)

UNDEFINED = "0/0, 0 times infinity, or log 0: define the value there, or add a small eps"


def first_overflow(found: Tensor, exact: Tensor) -> str:
    """Describe the first infinite or NaN element whose exact value is representable; return an empty text if none."""
    broken = ~found.isfinite() & exact.isfinite() & (exact.abs() < REPRESENTABLE)
    if not bool(broken.any()):
        return ""
    place = int(broken.flatten().nonzero()[0])
    return f"is {float(found.flatten()[place])}, but float64 gives {float(exact.flatten()[place]):.6g}"


def is_bounded(near: Sequence[Tensor]) -> bool:
    """Return whether results stay finite and stop growing as 0 is approached.

    Args:
        near: the results at several distances from 0, farthest first.
    """
    sizes = [float(one.abs().max()) for one in near if one.numel()]
    return bool(sizes) and all(torch.tensor(sizes).isfinite()) and max(sizes) <= GROWTH * max(sizes[:2]) + 1
