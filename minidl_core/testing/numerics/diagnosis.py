"""The probable cause of a wrong gradient, from how it differs from the expected one for several batch sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from torch import Tensor

from minidl_core.testing.numerics.gradient_check import WrongGradient

CLOSE = 1e-4
"""The maximum relative difference between a gradient and what a cause predicts."""

SAME = 1e-5
"""The maximum relative difference between equal factors."""

ABOUT = 0.05
"""The tolerance where cancellation leaves few digits of the expected gradient."""

Sizes = tuple[int, int]
"""The number of samples, and the number of outputs per sample where it may be a factor, else 1."""

FEW = 4
"""The minimum number of correct and of wrong elements from which the location of a fault is inferred."""

FACTORS = {
    ("batch", 1): "the factor 1/N is missing (N is the batch size)",
    ("batch", -1): "it is divided by the batch size once too often",
    ("outputs", 1): "the factor 1/m is missing (m is the number of outputs)",
    ("outputs", -1): "it is divided by the number of outputs once too often",
}


def diagnose(wrong: Sequence[WrongGradient], right: Sequence[Sizes] = ()) -> str:
    """Return a description of the cause that explains the gradients of all batches, or an empty text.

    Args:
        wrong: the wrong gradients of one tensor, one per batch.
        right: the sizes of the batches for which the gradient is correct.
    """
    if not all(bool(one.found.isfinite().all()) for one in wrong):
        return "it contains NaN or infinite numbers"
    if all(bool((one.found == 0).all()) for one in wrong):
        return "backward does not write it: it is all zero"
    if all(bool((one.expected == 0).all()) for one in wrong):
        return ""
    factors = {(one.batch, one.outputs): _factor(one.found, one.expected) for one in wrong}
    if all(factors.values()):
        known = {sizes: factor for sizes, factor in factors.items() if factor is not None}
        if cause := _of_factors(known | dict.fromkeys(right, 1.0)):
            return cause
    if all(one.transposed is not None and _close(one.transposed, one.expected) for one in wrong):
        return "it is transposed"
    return _of_range(wrong[-1]) or _of_zeros(wrong[-1])


def _factor(found: Tensor, expected: Tensor) -> float | None:
    """Return the factor between a gradient and the expected one, if there is a common one."""
    factor = float((found * expected).sum() / expected.square().sum())
    for tolerance, digits in ((CLOSE, 6), (ABOUT, 2)):
        if factor and _close(found, factor * expected, tolerance):
            return float(f"{factor:.{digits}g}")
    return None


def _of_factors(factors: Mapping[Sizes, float]) -> str:
    """Explain the factors of all sizes by a constant, times powers of the batch size and of the number of outputs."""
    for batch, outputs in sorted(product((0, 1, -1), repeat=2), key=lambda powers: sum(map(abs, powers))):
        rest = [factor / sizes[0] ** batch / sizes[1] ** outputs for sizes, factor in factors.items()]
        if all(_equal(one, rest[0]) for one in rest):
            powers = [FACTORS[what] for what in (("batch", batch), ("outputs", outputs)) if what in FACTORS]
            return ", and ".join([*_of_constant(rest[0]), *powers])
    return ""


def _of_constant(constant: float) -> list[str]:
    sign = ["it has the wrong sign"] if constant < 0 else []
    size = abs(constant)
    if _equal(size, 1):
        return sign
    return [*sign, f"it is {size:.6g} times the expected gradient (a constant factor is missing or extra)"]


def _of_zeros(one: WrongGradient) -> str:
    """Look for a mask that passes the wrong elements."""
    found, expected = one.found, one.expected
    negligible = expected.abs() <= CLOSE * expected.abs().max()
    missing, passed = (found == 0) & ~negligible, (found != 0) & negligible
    kept = ~missing & ~passed & (found != 0)
    if bool(missing.any()) and bool(passed.any()) and not bool(kept.any()):
        return "its mask is inverted: it is zero exactly where it should not be"
    elements = f"{int(missing.sum())} of {missing.numel()} elements"
    if bool(missing.any()) and _close(found[~missing], expected[~missing]):
        return f"it is zero in {elements} where it should not be, and correct elsewhere"
    return ""


def _of_range(one: WrongGradient) -> str:
    """Look for a threshold of x or |x| beyond which the gradient is wrong."""
    if one.x is None or min(int(one.wrong.sum()), int((~one.wrong).sum())) < FEW:
        return ""
    factor = _factor(one.found[one.wrong], one.expected[one.wrong])
    how = f", where it is {factor:.6g} times the expected gradient" if factor else ""
    for name, value in (("|x|", one.x.abs()), ("x", one.x)):
        wrong, right = value[one.wrong], value[~one.wrong]
        if wrong.min() > right.max():
            return f"it is correct for {name} up to {right.max():.3g}, and wrong from {wrong.min():.3g}{how}"
        if wrong.max() < right.min():
            return f"it is correct for {name} from {right.min():.3g}, and wrong up to {wrong.max():.3g}{how}"
    return ""


def _equal(one: float, other: float) -> bool:
    return abs(one - other) < SAME * abs(other)


def _close(found: Tensor, expected: Tensor, tolerance: float = CLOSE) -> bool:
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    return bool(((found - expected).abs() <= tolerance * scale).all())
