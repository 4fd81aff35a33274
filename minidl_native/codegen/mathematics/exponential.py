"""Exponential functions.

With n = round(x / ln 2) and r = x - n ln 2, |r| ≤ ln 2 / 2:

    exp(x) = 2ⁿ exp(r)     exp(r) - 1 = r + r² q(r)

q is the polynomial with the smallest largest error of exp(r) - 1, relative to it (Remez's algorithm): 1.3e-8 for
float, 1.8e-17 for double.
"""

from __future__ import annotations

from typing import NamedTuple

from minidl_native.codegen.mathematics.precision import FLOAT, Precision
from minidl_native.codegen.mathematics.values import Value

LOG2_E = 1.4426950408889634

FLOAT_Q = (0.49999998144139124, 0.16666543178256785, 0.041667201760816126, 0.008366580321004976, 0.0013882511220225397)
DOUBLE_Q = (
    0.5000000000000006,
    0.16666666666666585,
    0.04166666666657614,
    0.008333333333391382,
    0.0013888888931806419,
    0.00019841269715654627,
    2.4801504954438294e-05,
    2.7557409981162044e-06,
    2.762617307730114e-07,
    2.505318126116727e-08,
)


class Reduced(NamedTuple):
    """An exponential as 2ⁿ (1 + rest).

    Attributes:
        shifted: n in the last bits of a number.
        rest: exp(r) - 1.
    """

    shifted: Value
    rest: Value


def exp(x: Value, precision: Precision) -> Value:
    """Return eˣ; numbers too large give infinity, those too small subnormal numbers and 0."""
    return power_of_e(x, None, precision)


def expm1(x: Value, precision: Precision) -> Value:
    """Return eˣ - 1, exact to the last bits also near 0.

    2ⁿ may be too large where the result is not: 2 (2ⁿ⁻¹ rest + 2ⁿ⁻¹ - ½) is the same.
    """
    low, high = (-20, 89) if precision is FLOAT else (-40, 710)
    shifted, rest = reduced(x.at_least(low).at_most(high), None, precision)
    half = _last_bits_as_power(shifted, precision, -1)
    result = half.times_plus(rest, half - 0.5)
    return (x.absolute() < precision.tiny).select(x, result + result)


def sigmoid(x: Value, precision: Precision) -> Value:
    """Return 1 / (1 + e⁻ˣ), as e⁻ˡˣˡ over or below 1: nothing overflows."""
    small = exp(-x.absolute(), precision)
    return (x < 0).select(small, 1.0) / (small + 1)


def tanh(x: Value, precision: Precision) -> Value:
    """Return t / (t + 2) with t = e²ˡˣˡ - 1, and the sign of x."""
    magnitude = x.absolute()
    t = expm1_of_small((magnitude + magnitude).at_most(20 if precision is FLOAT else 40), precision)
    return (t / (t + 2)).with_sign_of(x)


def expm1_of_small(x: Value, precision: Precision) -> Value:
    """Return eˣ - 1 for |x| ≤ 80."""
    shifted, rest = reduced(x, None, precision)
    power = _last_bits_as_power(shifted, precision, 0)
    return power.times_plus(rest, power - 1)


def power_of_e(x: Value, correction: Value | None, precision: Precision) -> Value:
    """Return eˣ for the sum of x and a small correction.

    2ⁿ is multiplied in two steps: it may be too large or too small where the result is not.
    """
    low, high = (-104, 89) if precision is FLOAT else (-746, 710)
    shifted, rest = reduced(x.at_least(low).at_most(high), correction, precision)
    n = shifted.bits() - precision.shift_bits
    half = n >> 1
    return (rest + 1) * _power_of_two(half, precision) * _power_of_two(n - half, precision)


def reduced(x: Value, correction: Value | None, precision: Precision) -> Reduced:
    """Return n, and exp(r) - 1."""
    shifted = x.times_plus(LOG2_E, precision.shift)
    n = shifted - precision.shift
    high, low = precision.ln2
    r = n.times_plus(-low, n.times_plus(-high, x))
    if correction is not None:
        r = r + correction
    q = r.polynomial(FLOAT_Q if precision is FLOAT else DOUBLE_Q)
    return Reduced(shifted, (r * r).times_plus(q, r))


def _power_of_two(n: Value, precision: Precision) -> Value:
    """Return 2ⁿ for integers."""
    return ((n + precision.bias) << precision.fraction).as_number()


def _last_bits_as_power(shifted: Value, precision: Precision, more: int) -> Value:
    """Return 2 to the power of the integer in the last bits, plus `more`."""
    exponents = (precision.bias + more) << precision.fraction
    return ((shifted.bits() << precision.fraction) + exponents).as_number()
