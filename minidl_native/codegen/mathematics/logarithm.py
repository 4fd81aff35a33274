"""Logarithms.

With x = 2ᵏ (1 + f), √½ ≤ 1 + f < √2, and s = f / (2 + f), z = s², as fdlibm does it (Sun Microsystems, 1993):

    log(x) = k ln 2 + log(1 + f)     log(1 + f) = 2 atanh(s) = f - f²/2 + s (f²/2 + z p(z))

p is the polynomial with the smallest largest error (Remez's algorithm): 2.8e-9 of the logarithm for float, 4.5e-18 for
double.
"""

from __future__ import annotations

from math import inf, nan
from typing import NamedTuple

from minidl_native.codegen.mathematics.precision import FLOAT, Precision
from minidl_native.codegen.mathematics.values import Value

FLOAT_P = (0.6666668522725178, 0.39988702828523814, 0.29583070468605566)
DOUBLE_P = (
    0.666666666666667,
    0.3999999999989789,
    0.28571428626651546,
    0.22222211031752603,
    0.1818289620605583,
    0.15331497843623818,
    0.14619095835777488,
)

SQRT_HALF_BITS = {"float": 0x3F3504F3, "double": 0x3FE6A09E667F3BCD}


class Split(NamedTuple):
    """A positive number as 2ᵏ m.

    Attributes:
        k: the exponent, an integer.
        m: from √½ to √2.
    """

    k: Value
    m: Value


def log(x: Value, precision: Precision) -> Value:
    """Return the natural logarithm: -inf of 0, NaN of negative numbers."""
    k, m = split_positive(x, precision)
    return at_edges(x, x, _log_of_parts(k.to_float(), m - 1, precision))


def log1p(x: Value, precision: Precision) -> Value:
    """Return log(1 + x), exact to the last bits also near 0: f contains what rounding takes from 1 + x."""
    total = x + 1
    before = total - 1
    rounded_off = (1 - (total - before)) + (x - before)
    k, m = _split_normal(total, precision)
    exponent = precision.bias - k
    inverse_power = ((exponent > 0).select(exponent, 0) << precision.fraction).as_number()
    f = inverse_power.times_plus(rounded_off, m - 1)
    result = at_edges(x, total, _log_of_parts(k.to_float(), f, precision))
    return (x.absolute() < precision.tiny).select(x, result)


def split_positive(x: Value, precision: Precision) -> Split:
    """Return the parts of positive numbers; subnormal ones are multiplied by a power of two before."""
    is_subnormal = x < precision.smallest
    k, m = _split_normal(is_subnormal.select(x * 2.0**precision.fraction, x), precision)
    return Split(is_subnormal.select(k - precision.fraction, k), m)


def at_edges(x: Value, argument: Value, result: Value) -> Value:
    """Return the logarithm of an argument, right also for infinity, 0, negative numbers and NaN of x."""
    at_zero = argument.equals(0.0).select(argument.constant(-inf), nan)
    return (argument <= 0).select(at_zero, (x < inf).select(result, x))


def _split_normal(x: Value, precision: Precision) -> Split:
    lowest = SQRT_HALF_BITS[precision.kind]
    bits = x.bits() - lowest
    fraction = bits & ((1 << precision.fraction) - 1)
    return Split(bits >> precision.fraction, (fraction + lowest).as_number())


def _log_of_parts(k: Value, f: Value, precision: Precision) -> Value:
    """Return k ln 2 + log(1 + f)."""
    s = f / (f + 2)
    z = s * s
    half_square = f * f * 0.5
    p = z.polynomial(FLOAT_P if precision is FLOAT else DOUBLE_P)
    high, low = precision.short_ln2
    rest = k.times_plus(low, s * z.times_plus(p, half_square))
    return k.times_plus(high, f - (half_square - rest))
