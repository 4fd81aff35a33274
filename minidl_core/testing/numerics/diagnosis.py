"""What is probably wrong with a gradient, guessed from how it differs from the expected one in batches of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from torch import Tensor

from minidl_core.testing.numerics.gradient_check import WrongGradient

CLOSE = 1e-4
"""Relative difference below which a diagnose explains what was found."""

SAME = 1e-5
"""Relative difference of factors that are the same."""

ABOUT = 0.05
"""The same where a difference of small numbers shows few digits of what is expected."""

Sizes = tuple[int, int]
"""The samples of a batch, and the outputs of a sample where these may be a factor, else 1."""

FEW = 4
"""As many right elements, and as many wrong ones, are needed to say where a gradient is wrong."""

FACTORS = {
    ("batch", 1): "it lacks the factor 1/N (N is the size of the batch)",
    ("batch", -1): "it is divided by the size of the batch once too often",
    ("outputs", 1): "it lacks the factor 1/m (m is the number of outputs)",
    ("outputs", -1): "it is divided by the number of outputs once too often",
}


def diagnose(wrong: Sequence[WrongGradient], right: Sequence[Sizes] = ()) -> str:
    """Return the one probable cause in words that explains what all batches show, or an empty text.

    Args:
        wrong: what is wrong in each batch in which the gradient is, of one tensor.
        right: the sizes of batches in which it is right.
    """
    if not all(bool(one.found.isfinite().all()) for one in wrong):
        return "it holds NaN or infinite numbers"
    if all(bool((one.found == 0).all()) for one in wrong):
        return "backward does not fill it in: it is all zero"
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
    """Return what the whole expected gradient is multiplied by, if that explains what was found."""
    factor = float((found * expected).sum() / expected.square().sum())
    for tolerance, digits in ((CLOSE, 6), (ABOUT, 2)):
        if factor and _close(found, factor * expected, tolerance):
            return float(f"{factor:.{digits}g}")
    return None


def _of_factors(factors: Mapping[Sizes, float]) -> str:
    """Return what explains the factors of all sizes: a constant, times powers of the batch and of the outputs."""
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
    return [*sign, f"it is {size:.6g} times what it should be (a constant factor is missing or too many)"]


def _of_zeros(one: WrongGradient) -> str:
    """Look for a mask that lets the wrong elements pass."""
    found, expected = one.found, one.expected
    negligible = expected.abs() <= CLOSE * expected.abs().max()
    missing, passed = (found == 0) & ~negligible, (found != 0) & negligible
    kept = ~missing & ~passed & (found != 0)
    if bool(missing.any()) and bool(passed.any()) and not bool(kept.any()):
        return "its mask is of the wrong side: it is zero exactly where it should not be"
    elements = f"{int(missing.sum())} of {missing.numel()} elements"
    if bool(missing.any()) and _close(found[~missing], expected[~missing]):
        return f"it is zero in {elements} where it should not be, and right elsewhere"
    return ""


def _of_range(one: WrongGradient) -> str:
    """Look for a value, or a size of values, beyond which the gradient is wrong."""
    if one.x is None or min(int(one.wrong.sum()), int((~one.wrong).sum())) < FEW:
        return ""
    factor = _factor(one.found[one.wrong], one.expected[one.wrong])
    how = f", where it is {factor:.6g} times what it should be" if factor else ""
    for name, value in (("|x|", one.x.abs()), ("x", one.x)):
        wrong, right = value[one.wrong], value[~one.wrong]
        if wrong.min() > right.max():
            return f"it is right for {name} up to {right.max():.3g}, and wrong from {wrong.min():.3g} on{how}"
        if wrong.max() < right.min():
            return f"it is right for {name} from {right.min():.3g} on, and wrong below, up to {wrong.max():.3g}{how}"
    return ""


def _equal(one: float, other: float) -> bool:
    return abs(one - other) < SAME * abs(other)


def _close(found: Tensor, expected: Tensor, tolerance: float = CLOSE) -> bool:
    scale = float(expected.abs().max()) if expected.numel() else 0.0
    return bool(((found - expected).abs() <= tolerance * scale).all())
