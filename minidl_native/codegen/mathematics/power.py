"""Powers.

    xʸ = ± exp(y log|x|)

y log|x| may be 700, and its error is one of the result, relative to it: float numbers are computed as double ones, and
for double the logarithm is a sum of two numbers. With s and z as in `logarithm`:

    log(1 + f) = 2 s + s z (2/3 + z p(z))

p is the polynomial with the smallest largest error (Remez's algorithm): 8.1e-22 of the
logarithm.
"""

from __future__ import annotations

from math import inf, nan
from typing import NamedTuple

from minidl_native.codegen.mathematics.exponential import exp, power_of_e
from minidl_native.codegen.mathematics.logarithm import log, split_positive
from minidl_native.codegen.mathematics.precision import DOUBLE, FLOAT, Precision
from minidl_native.codegen.mathematics.values import Value

TWO_THIRDS = (0.6666666666666666, 3.700743415417188e-17)
P = (
    0.4,
    0.2857142857142938,
    0.22222222221648175,
    0.18181818337035524,
    0.1538459479622311,
    0.13334813319722724,
    0.11706014838976328,
    0.11725409754536649,
)


FARTHEST = 1000.0
"""From this exponent on, numbers are infinite or 0."""


class Sum(NamedTuple):
    """A number as a sum; the second term is below the rounding error of the first."""

    high: Value
    low: Value


def pow(x: Value, y: Value, precision: Precision) -> Value:  # noqa: A001 - the function's name
    """Return xʸ, as C's `pow` has it at all edges."""
    magnitude = x.absolute()
    if precision is FLOAT:
        result = exp(y.widened() * log(magnitude.widened(), DOUBLE), DOUBLE).narrowed()
    else:
        result = _double_power(magnitude, y)
    is_integer, is_even = y.rounded().equals(y), (y * 0.5).rounded().equals(y * 0.5)
    is_negative = x < 0
    result = (y.equals(0.0) | magnitude.equals(1.0)).select(1.0, result)
    result = (is_negative & (magnitude < inf) & (is_integer ^ 1)).select(nan, result)
    signed = result.with_sign_of(x)
    return (is_integer & (is_even ^ 1)).select(signed, result)


def _double_power(x: Value, y: Value) -> Value:
    """Return xʸ for x ≥ 0."""
    logarithm = _logarithm(x)
    high = y * logarithm.high
    low = y.times_plus(logarithm.low, y.times_plus(logarithm.high, -high))
    return power_of_e(high, (high.absolute() < FARTHEST).select(low, 0.0), DOUBLE)


def _logarithm(x: Value) -> Sum:
    """Return the logarithm for x ≥ 0."""
    exponent, m = split_positive(x, DOUBLE)
    k, fraction = exponent.to_float(), _logarithm_of_fraction(m - 1)
    first, second = DOUBLE.short_ln2
    whole = k * first
    total = _sum(whole, fraction.high)
    high, low = _sum(total.high, total.low + k.times_plus(second, fraction.low))
    high = (x < inf).select(high, x)
    high = x.equals(0.0).select(-inf, high)
    return Sum(high, (high.absolute() < inf).select(low, 0.0))


def _logarithm_of_fraction(f: Value) -> Sum:
    """Return log(1 + f)."""
    divisor = _sum(f.constant(2), f)
    quotient = f / divisor.high
    remainder = (-quotient).times_plus(divisor.low, (-quotient).times_plus(divisor.high, f))
    s = Sum(quotient, remainder / divisor.high)
    z = _product(s, s)
    tail = z.high * z.high.polynomial(P)
    head = _sum(f.constant(TWO_THIRDS[0]), tail)
    series = _product(_product(s, z), Sum(head.high, head.low + TWO_THIRDS[1]))
    total = _sum(s.high + s.high, series.high)
    return Sum(total.high, total.low + (s.low + s.low + series.low))


def _sum(large: Value, small: Value) -> Sum:
    """Return the exact sum of two numbers, the second no larger than the first unless that is 0."""
    high = large + small
    return Sum(high, (large - high) + small)


def _product(a: Sum, b: Sum) -> Sum:
    """Return the product of two sums."""
    high = a.high * b.high
    rest = a.high.times_plus(b.high, -high)
    return Sum(high, a.low.times_plus(b.high, a.high.times_plus(b.low, rest)))
