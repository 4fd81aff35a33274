"""Whether results in float64 are internally computed in a lower precision."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core.testing.check_case import ConformanceError

STEPS = {"float32": (1e-6, 3e-9), "16-bit numbers": (1e-2, 1e-5)}
"""For each lower precision: the step along a line, and the second differences above which only its rounding is."""

SHRINKS = 10
"""With a tenth of the step, smooth second differences shrink a hundredfold; those from rounding do not shrink."""

ENOUGH = 8
"""The minimum number of changing elements for a decision: some of them may be at a kink."""

CANCELED = 1e-3
"""Elements smaller than this, relative to the largest result, may suffer from cancellation."""

Results = Callable[[float], dict[str, Tensor]]
"""Returns named results of a pass whose arguments are moved along a line by a distance."""


def require_full_precision(results: Results, forward: str) -> None:
    """Check that no result in float64 is rounded to a lower precision.

    Second differences along a line shrink with the square of the step, rounding errors do not.

    Args:
        results: returns the results at a point of the line; results that are not float64 are ignored.
        forward: the name of the result of the forward pass.

    Raises:
        ConformanceError: a result is rounded; the text says which pass rounds, and to which precision.
    """
    for dtype, (step, least) in STEPS.items():
        wide, narrow = _second_differences(results, step), _second_differences(results, step / 10)
        for what, size in wide.items():
            rounding = narrow.get(what, 0.0)
            if rounding > least and size < SHRINKS * rounding:
                where = "forward" if what == forward else "backward, or what forward keeps for it,"
                raise ConformanceError(
                    f"{what} in float64 is only as precise as {dtype}: expected a relative rounding of about 1e-16, "
                    f"got {rounding:.1g}",
                    f"{where} computes in {dtype} internally: look for .float(), .half(), .to(…), numpy, or tensors "
                    "made without dtype=x.dtype",
                    "it computes in a lower precision",
                )


def _second_differences(results: Results, step: float) -> dict[str, float]:
    """Return the median relative second difference of each result of which enough elements change."""
    here, middle, there = (results(count * step) for count in range(3))
    largest = max((float(one.nan_to_num().abs().max()) for one in here.values() if one.numel()), default=0.0)
    found = {}
    for what, first in here.items():
        second, third = middle[what], there[what]
        changing = (first != third) & first.isfinite() & third.isfinite()
        if first.dtype == torch.float64 and int(changing.sum()) >= ENOUGH:
            size = first.abs().clamp(min=max(CANCELED * largest, 1e-300))
            found[what] = float(((first - second - (second - third)).abs() / size)[changing].median())
    return found
