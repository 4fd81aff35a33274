"""Checks a gradient against central differences, element by element."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from minidl_core.testing.numerics.central_differences import MOST, TOLERANCE, CentralDifferences, sampled_places
from minidl_core.testing.numerics.comparison import describe_difference

INPUT = "the input"
PREDICTION = "the prediction"
"""The names of the inputs whose gradients are checked."""

CANCELED = 1e-10
"""The rounding error of elements that result from cancellation, relative to the largest element."""

CONFIRMED = 3
"""The number of wrong elements after which the others are only compared roughly."""


@dataclass(frozen=True, eq=False)
class WrongGradient:
    """A gradient that differs from central differences.

    Args:
        text: which gradient, where it differs, and both values there.
        batch: the number of samples.
        found: the compared elements of the gradient.
        expected: the central differences.
        wrong: a mask of the elements that differ.
        transposed: the elements at the same indices of the gradient's transpose, for a matrix.
        x: the elements of the input at the same indices, for the input's gradient.
        outputs: the number of outputs per sample, where it may be a factor.
    """

    text: str
    batch: int
    found: Tensor
    expected: Tensor
    wrong: Tensor
    transposed: Tensor | None
    x: Tensor | None = None
    outputs: int = 1


def compare_gradient(
    name: str, found: Tensor, differences: CentralDifferences, batch: int, most: int = MOST
) -> WrongGradient | None:
    """Compare a gradient with central differences in float64; return how it differs, or None.

    The tolerance is relative to each element. Where one pair of steps is inconclusive, further steps are tried; an
    element for which none is conclusive passes.

    Args:
        name: the input or parameter whose gradient it is.
        found: the gradient that `backward` computes.
        differences: the derivatives with respect to that tensor.
        batch: the number of samples.
        most: the maximum number of elements to compare.
    """
    value = differences.value
    places = sampled_places(value.numel(), most)
    compared = found.flatten()[places]
    expected, wrong = _compared(compared.tolist(), differences, places.tolist())
    if not bool(wrong.any()):
        return None
    off = ((compared - expected).abs() / expected.abs().clamp(min=1e-300)).where(wrong, 0)
    worst = int(off.nan_to_num(nan=torch.inf).argmax())
    full = found.flatten().clone()
    full[places] = expected
    where = describe_difference(found, full.view(found.shape), int(places[worst]))
    sample = f", the worst of {len(places)} sampled elements" if len(places) < value.numel() else ""
    size = float((compared - expected)[worst].abs())
    text = f"the gradient of {name} is wrong {where} (difference {size:.3g}{sample})"
    x = value.flatten()[places] if name == INPUT else None
    return WrongGradient(text, batch, compared, expected, wrong, _transposed(found, places), x)


def _compared(found: list[float], differences: CentralDifferences, places: list[int]) -> tuple[Tensor, Tensor]:
    """Return the central differences, and a mask of the elements that differ from them."""
    rounding = CANCELED * max((abs(one) for one in found if math.isfinite(one)), default=0.0)
    slopes = [differences.slope(place) for place in places]
    expected = [slope.middle for slope in slopes]
    wrong = torch.zeros(len(places), dtype=torch.bool)
    for index, place in enumerate(places):
        if slopes[index].widened(rounding).admits(found[index], TOLERANCE):
            continue
        if int(wrong.sum()) >= CONFIRMED:
            wrong[index] = True
            continue
        slope = differences.refined(place).widened(rounding)
        admitted = slope.admits(found[index], differences.tolerance)
        expected[index] = found[index] if admitted else slope.middle
        wrong[index] = not admitted and math.isfinite(slope.middle)
    return torch.tensor(expected, dtype=torch.float64), wrong


def _transposed(found: Tensor, places: Tensor) -> Tensor | None:
    """Return the elements at the given indices if the gradient were that of the transpose."""
    if found.dim() < 2:  # noqa: PLR2004 - rows and columns
        return None
    return found.reshape(found.mT.shape).mT.flatten()[places]
