"""Comparisons of tensors, with messages that say what differs and where."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.seeds import generator
from minidl_core.testing.check_case import ConformanceError

ROUNDING = 1e-10
"""The tolerance for sums in another order, relative to the largest element."""

LEAST = 1e-3
"""The smallest scale of a comparison, because sums may cancel."""

LOOSE = 1e-3
"""The tolerance for float32 after many operations, on a scale of at least 1."""


def random_normal(*shape: int, seed: int = 1, dtype: torch.dtype = torch.float64) -> Tensor:
    """Return normally distributed random numbers."""
    return torch.randn(shape, dtype=torch.float64, generator=generator(seed)).to(dtype)


def require_same(what: str, found: Tensor, expected: Tensor, tolerance: float = ROUNDING, hint: str = "") -> None:
    """Check that two tensors are equal within a tolerance.

    Args:
        what: what is compared, for the message: "the output of …".
        found: what the part gives.
        expected: what it should give.
        tolerance: the maximum difference, relative to the largest expected element; 0 for exact equality.
        hint: how to fix it, for the message.

    Raises:
        ConformanceError: they differ; the message says where and by how much.
    """
    ending = f": {hint}" if hint else ""
    if found.shape != expected.shape:
        raise ConformanceError(f"{what} has shape {tuple(found.shape)}, expected {tuple(expected.shape)}{ending}")
    equal = (found == expected) | (found.isnan() & expected.isnan())
    difference = (found - expected).abs().where(~equal, 0)
    least = LEAST if tolerance <= ROUNDING else 1.0
    scale = max(least, float(expected.nan_to_num().abs().max())) if expected.numel() else least
    if not bool((difference <= tolerance * scale).all()):
        place = int(difference.nan_to_num(nan=torch.inf).argmax())
        raise ConformanceError(f"{what} differs {describe_difference(found, expected, place)}{ending}")


def identical(one: Tensor, other: Tensor) -> bool:
    """Return whether two tensors are equal; NaN equals NaN."""
    return one.shape == other.shape and bool(((one == other) | (one.isnan() & other.isnan())).all())


def describe_difference(
    found: Tensor, expected: Tensor, place: int, names: tuple[str, str] = ("expected", "got")
) -> str:
    """Return an index and the two values there: "at [0, 1]: expected 1, got 2".

    Args:
        found: the actual values.
        expected: the expected values.
        place: the index in the flattened tensors.
        names: what to call the expected and the actual value.
    """
    index = [int(i) for i in torch.unravel_index(torch.tensor(place), found.shape)]
    values = float(expected.flatten()[place]), float(found.flatten()[place])
    digits = 6 if f"{values[0]:.6g}" != f"{values[1]:.6g}" else 17
    return f"at {index}: {names[0]} {values[0]:.{digits}g}, {names[1]} {values[1]:.{digits}g}"


def require_tensor(what: str, value: object, like: Tensor, hint: str = "") -> Tensor:
    """Return a value that must be a tensor of the shape of another.

    Raises:
        ConformanceError: it is no tensor, or has another shape.
    """
    ending = f": {hint}" if hint else ""
    if value is None:
        raise ConformanceError(f"{what} is None: return a tensor of shape {tuple(like.shape)}")
    if not isinstance(value, Tensor):
        raise ConformanceError(f"{what} is a {type(value).__name__}, expected a tensor of shape {tuple(like.shape)}")
    if value.shape != like.shape:
        raise ConformanceError(f"{what} has shape {tuple(value.shape)}, expected {tuple(like.shape)}{ending}")
    return value


def not_contiguous(tensor: Tensor) -> Tensor:
    """Return the same numbers in another memory order, with gaps between them."""
    backwards = tuple(range(tensor.dim()))[::-1]
    wide = tensor.new_zeros(*tensor.permute(backwards).shape, 2)
    wide[..., 0] = tensor.permute(backwards)
    return wide[..., 0].permute(backwards)
