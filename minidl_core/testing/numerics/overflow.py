"""Numbers that are infinite or NaN although the exact ones are not."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

MAGNITUDES = (0.0, 1e-30, 1e-8, 30.0, 100.0, 300.0, 1e3, 1e4, 1e8, 1e12)
"""The sizes of numbers that are tried: exponentials overflow float32 from 89 on, cubes from 1e13, squares from 1e19."""

REPRESENTABLE = 1e34
"""Up to this, float32 can hold a number and the sum of many like it."""

GROWTH = 4
"""How many times larger near 0 a result may become that counts as bounded there."""

OVERFLOWS = (
    "an intermediate result overflows, or is rounded to 0: rewrite the formula so that none does, as softmax takes the "
    "largest input from all, or log(1 + eˣ) is max(x, 0) + log1p(e^-|x|)"
)

UNDEFINED = "0/0, 0 times infinity, or log 0: define the value there, or add a small eps"


def first_overflow(found: Tensor, exact: Tensor) -> str:
    """Return in words the first number that is infinite or NaN where the exact one can be held, or an empty text."""
    broken = ~found.isfinite() & exact.isfinite() & (exact.abs() < REPRESENTABLE)
    if not bool(broken.any()):
        return ""
    place = int(broken.flatten().nonzero()[0])
    return f"holds {float(found.flatten()[place])}, where float64 gives {float(exact.flatten()[place]):.6g}"


def is_bounded(near: Sequence[Tensor]) -> bool:
    """Return whether results stay finite and do not grow as 0 is approached, from either side.

    Args:
        near: the results at a few distances from 0, farthest first.
    """
    sizes = [float(one.abs().max()) for one in near if one.numel()]
    return bool(sizes) and all(torch.tensor(sizes).isfinite()) and max(sizes) <= GROWTH * max(sizes[:2]) + 1
