"""Gradients compared with central differences."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core.seeds import generator
from minidl_core.testing.causes import guess
from minidl_core.testing.comparing import at

STEP = 1e-6
"""How far each element is moved to either side: about the third root of float64's precision."""

TOLERANCE = 1e-6
"""The largest difference, relative to the gradient's largest element or to 1: what such a step can tell."""

MOST = 50
"""So many elements of a tensor are compared, drawn at random where there are more."""


def gradient_error(name: str, found: Tensor, function: Callable[[], float], value: Tensor, batch: int) -> str | None:
    """Compare a gradient with central differences in float64; return what is wrong with it, or None.

    Args:
        name: what it is the gradient of.
        found: the gradient as `backward` gives it.
        function: returns the number whose gradient it is, for the value as it stands.
        value: what the gradient is with respect to; each element is moved in place and put back.
        batch: the number of samples.
    """
    if found.shape != value.shape:
        turned = ": it is transposed" if found.dim() > 1 and found.mT.shape == value.shape else ""
        return f"the gradient of {name} is of shape {tuple(found.shape)}, not {tuple(value.shape)}{turned}"
    places = sampled_places(value.numel())
    expected = central_differences(function, value, places)
    compared = found.flatten()[places]
    difference = (compared - expected).abs()
    if bool((difference <= TOLERANCE * max(1.0, float(expected.abs().max()))).all()):
        return None
    worst = int(difference.nan_to_num(nan=torch.inf).argmax())
    full = found.flatten().clone()
    full[places] = expected
    where = at(found, full.view(found.shape), int(places[worst]))
    sample = f", of {len(places)} sampled elements" if len(places) < value.numel() else ""
    cause = guess(compared, expected, _transposed(found, places), batch)
    probably = f"; probable cause: {cause}" if cause else ""
    return f"the gradient of {name} is wrong by up to {float(difference[worst]):.3g}: {where}{sample}{probably}"


def sampled_places(elements: int) -> Tensor:
    """Return the places of the elements to compare: all, or a sample that is the same each time."""
    if elements <= MOST:
        return torch.arange(elements)
    return torch.randperm(elements, generator=generator(0))[:MOST].sort().values


def central_differences(function: Callable[[], float], value: Tensor, places: Tensor) -> Tensor:
    """Return the derivatives of a number with respect to some elements of a tensor."""
    flat = value.view(-1)
    slopes = []
    for place in places.tolist():
        kept = flat[place].item()
        flat[place] = kept + STEP
        above = function()
        flat[place] = kept - STEP
        below = function()
        flat[place] = kept
        slopes.append((above - below) / (2 * STEP))
    return torch.tensor(slopes, dtype=torch.float64)


def _transposed(found: Tensor, places: Tensor) -> Tensor | None:
    """Return what would stand in the places if the numbers were meant for the tensor's transpose."""
    if found.dim() < 2:  # noqa: PLR2004 - rows and columns
        return None
    return found.reshape(found.mT.shape).mT.flatten()[places]
