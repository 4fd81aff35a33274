"""What is probably wrong with a gradient, guessed from how it differs from the expected one."""

from __future__ import annotations

import torch
from torch import Tensor

CLOSE = 1e-4
"""Relative difference below which a guess explains what was found."""


def guess(found: Tensor, expected: Tensor, transposed: Tensor | None, batch: int) -> str:
    """Return the probable cause of a wrong gradient in words, or an empty text.

    Args:
        found: the elements of the gradient that were compared.
        expected: what they should be.
        transposed: the elements in the same places of the gradient's transpose, where it has one.
        batch: the number of samples.
    """
    if not bool(found.isfinite().all()):
        return "it holds NaN or infinite numbers"
    if bool((found == 0).all()):
        return "backward does not fill it in: it is all zero"
    if _close(expected, torch.zeros_like(expected)):
        return "it should be all zero"
    if factor := _factor(found, expected):
        return _of_factor(factor, batch)
    if transposed is not None and _close(transposed, expected):
        return "it is transposed"
    return _of_zeros(found, expected)


def _factor(found: Tensor, expected: Tensor) -> float | None:
    """Return what the whole expected gradient is multiplied by, if that explains what was found."""
    factor = float((found * expected).sum() / expected.square().sum())
    return factor if factor and _close(found, factor * expected) else None


def _of_factor(factor: float, batch: int) -> str:
    size, sign = abs(factor), "it has the wrong sign" if factor < 0 else ""
    if _equal(size, 1):
        return sign
    how = f"it is {size:.6g} times what it should be"
    if batch > 1 and _equal(size, batch):
        how += f": it lacks the factor 1/N, N being the batch of {batch}"
        how += " (or else the factor 1/2)" if batch == 2 else ""  # noqa: PLR2004 - which of both, larger batches tell
    elif batch > 1 and _equal(size, 1 / batch):
        how += f": it is divided by the batch of {batch} once too often"
    else:
        how += ": a constant factor is missing or too many"
    return f"{sign}, and {how}" if sign else how


def _of_zeros(found: Tensor, expected: Tensor) -> str:
    """Look for a mask that lets the wrong elements pass."""
    missing = (found == 0) & (expected.abs() > CLOSE * expected.abs().max())
    passed = (found != 0) & (expected.abs() <= CLOSE * expected.abs().max())
    kept = ~missing & ~passed & (found != 0)
    if bool(missing.any()) and bool(passed.any()) and not bool(kept.any()):
        return "its mask is of the wrong side: it is zero exactly where it should not be"
    elements = f"{int(missing.sum())} of {missing.numel()} elements"
    if bool(missing.any()) and _close(found[~missing], expected[~missing]):
        return f"it is zero in {elements} where it should not be, and right elsewhere"
    return ""


def _equal(one: float, other: float) -> bool:
    return abs(one - other) < CLOSE * other


def _close(found: Tensor, expected: Tensor) -> bool:
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    return bool(((found - expected).abs() <= CLOSE * max(scale, CLOSE)).all())
