"""Comparisons that say in words what differs, and where."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.seeds import generator
from minidl_core.testing.check_case import ConformanceError

ROUNDING = 1e-10
"""A difference this small, relative to the largest number there is, comes of another order of sums."""

LEAST = 1e-3
"""Where all numbers are smaller than this, they are compared as if the largest were so: sums may cancel."""

LOOSE = 1e-3
"""The same as `ROUNDING` for float32, after many operations, with 1 as the least."""


def random_normal(*shape: int, seed: int = 1, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return random numbers from a normal distribution."""
    return torch.randn(shape, dtype=torch.float64, generator=generator(seed)).to(dtype)


def require_same(what: str, found: Tensor, expected: Tensor, tolerance: float = ROUNDING, hint: str = "") -> None:
    """Check that two tensors hold the same numbers.

    Args:
        what: what is compared, for the message: "the output of …".
        found: what the part gives.
        expected: what it should give.
        tolerance: the largest difference, relative to the largest expected number; 0 for none at all.
        hint: how to fix it, for the message.

    Raises:
        ConformanceError: they do not; it says where and by how much.
    """
    ending = f": {hint}" if hint else ""
    if found.shape != expected.shape:
        raise ConformanceError(f"{what} is of shape {tuple(found.shape)}, not {tuple(expected.shape)}{ending}")
    equal = (found == expected) | (found.isnan() & expected.isnan())
    difference = (found - expected).abs().where(~equal, 0)
    least = LEAST if tolerance <= ROUNDING else 1.0
    scale = max(least, float(expected.nan_to_num().abs().max())) if expected.numel() else least
    if not bool((difference <= tolerance * scale).all()):
        place = int(difference.nan_to_num(nan=torch.inf).argmax())
        raise ConformanceError(f"{what} differs: {describe_difference(found, expected, place)}{ending}")


def identical(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors hold the same numbers in the same places, NaN being the same as NaN."""
    return one.shape == other.shape and bool(((one == other) | (one.isnan() & other.isnan())).all())


def describe_difference(found: Tensor, expected: Tensor, place: int) -> str:
    """Return in words what stands in a place of a tensor and what should."""
    index = [int(i) for i in torch.unravel_index(torch.tensor(place), found.shape)]
    values = float(expected.flatten()[place]), float(found.flatten()[place])
    return f"at {index} expected {values[0]:.6g}, found {values[1]:.6g}"


def require_tensor(what: str, value: object, like: Tensor, hint: str = "") -> Tensor:
    """Return a value that must be a tensor of the shape of another.

    Raises:
        ConformanceError: it is none.
    """
    if value is None:
        raise ConformanceError(f"{what} is None: return a tensor of shape {tuple(like.shape)}")
    if not isinstance(value, Tensor):
        came = type(value).__name__
        raise ConformanceError(f"{what} is of type {came}, where a tensor of shape {tuple(like.shape)} is expected")
    if value.shape != like.shape:
        ending = f": {hint}" if hint else ""
        raise ConformanceError(
            f"{what} is of shape {tuple(value.shape)}, where {tuple(like.shape)} is expected{ending}"
        )
    return value


def not_contiguous(tensor: Tensor) -> Tensor:
    """Return the same numbers in another order of memory, with gaps between them."""
    backwards = tuple(range(tensor.dim()))[::-1]
    wide = tensor.new_zeros(*tensor.permute(backwards).shape, 2)
    wide[..., 0] = tensor.permute(backwards)
    return wide[..., 0].permute(backwards)
