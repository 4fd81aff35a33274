"""Whether what float64 computes is rounded to fewer digits than float64 has."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError

STEPS = {"float32": (1e-6, 3e-9), "16-bit numbers": (1e-2, 1e-5)}
"""For each coarser type: how far everything is moved, and the least second differences that only its rounding makes."""

SHRINKS = 10
"""Second differences shrink a hundredfold with a tenth of the step, and those of rounding not at all."""

ENOUGH = 8
"""The least numbers that must change for their rounding to be judged: some of them may be at a kink."""

CANCELED = 1e-3
"""Numbers smaller than this, relative to the largest of all results, may be differences, with more rounding."""

Results = Callable[[float], dict[str, Tensor]]
"""Returns results by name, of a pass with everything moved along a line by a distance."""


def require_full_precision(results: Results, forward: str) -> None:
    """Check that no result is rounded.

    Second differences along the line shrink with the square of the step. Rounding stays.

    Args:
        results: gives the results at points of a line; those of other types than float64 are passed over.
        forward: which of them the forward pass gives.

    Raises:
        ConformanceError: one is; it says which pass computes in a coarser type, and in which.
    """
    for dtype, (step, least) in STEPS.items():
        wide, narrow = _second_differences(results, step), _second_differences(results, step / 10)
        for what, size in wide.items():
            rounding = narrow.get(what, 0.0)
            if rounding > least and size < SHRINKS * rounding:
                where = "forward" if what == forward else "backward, or what forward keeps for it,"
                raise ConformanceError(
                    f"{what} of float64 is only as exact as {dtype}: its relative rounding is {rounding:.1g}",
                    f"{where} is computed in {dtype} inside: look for .float(), .half(), .to(…), numpy, or "
                    "tensors made without dtype=x.dtype",
                    "it computes in a coarser type inside",
                )


def _second_differences(results: Results, step: float) -> dict[str, float]:
    """Return the median of the relative second differences of each result, where enough of its numbers change."""
    here, middle, there = (results(count * step) for count in range(3))
    largest = max((float(one.nan_to_num().abs().max()) for one in here.values() if one.numel()), default=0.0)
    found = {}
    for what, first in here.items():
        second, third = middle[what], there[what]
        counted = (first != third) & first.isfinite() & third.isfinite()
        if first.dtype == torch.float64 and int(counted.sum()) >= ENOUGH:
            bend = (first - second - (second - third)).abs() / first.abs().clamp(min=max(CANCELED * largest, 1e-300))
            found[what] = float(bend[counted].median())
    return found
