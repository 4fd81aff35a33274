"""A gradient held against central differences, element by element."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from minidl_core.testing.numerics.central_differences import MOST, TOLERANCE, CentralDifferences, sampled_places
from minidl_core.testing.numerics.comparison import describe_difference

INPUT = "the input"
"""The name of what a layer's gradient is passed back to."""

CANCELED = 1e-10
"""The rounding of a gradient's elements, relative to the largest, from which they may be differences."""

CONFIRMED = 3
"""The number of wrong elements after which no more are examined closely."""


@dataclass(frozen=True, eq=False)
class WrongGradient:
    """What is wrong with a gradient.

    Args:
        text: what it is the gradient of, where it is wrong, and by how much.
        batch: the number of samples.
        found: the elements that were compared.
        expected: what they should be.
        wrong: which of them are.
        transposed: the elements in the same places of the gradient's transpose, where it has one.
        x: the elements of the input in the same places, if it is the input's gradient.
        outputs: the number of outputs of a sample, where it may be a factor.
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
    """Compare a gradient with central differences in float64; return what is wrong with it, or None.

    Each element is judged by its own size. Where one pair of steps leaves a doubt, others are tried; an element of
    which no step tells enough is not judged.

    Args:
        name: what it is the gradient of.
        found: the gradient as `backward` gives it.
        differences: what moves the tensor that the gradient is with respect to.
        batch: the number of samples.
        most: the most elements that are compared.
    """
    value = differences.value
    places = sampled_places(value.numel(), most)
    compared = found.flatten()[places]
    expected, wrong = _judged(compared.tolist(), differences, places.tolist())
    if not bool(wrong.any()):
        return None
    off = ((compared - expected).abs() / expected.abs().clamp(min=1e-300)).where(wrong, 0)
    worst = int(off.nan_to_num(nan=torch.inf).argmax())
    full = found.flatten().clone()
    full[places] = expected
    where = describe_difference(found, full.view(found.shape), int(places[worst]))
    sample = f", of {len(places)} sampled elements" if len(places) < value.numel() else ""
    size = float((compared - expected)[worst].abs())
    text = f"the gradient of {name} is wrong by {size:.3g}: {where}{sample}"
    x = value.flatten()[places] if name == INPUT else None
    return WrongGradient(text, batch, compared, expected, wrong, _transposed(found, places), x)


def _judged(found: list[float], differences: CentralDifferences, places: list[int]) -> tuple[Tensor, Tensor]:
    """Return the expected elements, and which of those that were found differ from them."""
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
    """Return what would stand in the places if the numbers were meant for the tensor's transpose."""
    if found.dim() < 2:  # noqa: PLR2004 - rows and columns
        return None
    return found.reshape(found.mT.shape).mT.flatten()[places]
