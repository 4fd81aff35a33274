"""Sine and cosine.

With n = round(x / (π/2)) and r = x - n π/2, |r| ≤ π/4, z = r²:

    sin(r) = r + r³ p(z)     cos(r) = 1 - z/2 + z² q(z)

n π/2 is subtracted in three parts, each rounded once, which is exact enough for |x| up to 2⁵⁰; beyond, the result is
NaN. The last two bits of n choose between sine and cosine, and the sign. p and q are the polynomials with the smallest
largest errors of sine and cosine (Remez's algorithm): 1.3e-17 and 2.1e-19. Float numbers are computed as double ones.
"""

from __future__ import annotations

from math import nan

from minidl_native.codegen.mathematics.precision import DOUBLE, FLOAT, Precision
from minidl_native.codegen.mathematics.values import Value

TWO_OVER_PI = 0.6366197723675814
HALF_PI = (1.5707963267948966, 6.123233995736765e-17, 1.082856673921914e-32)

FARTHEST = 2.0**50
"""Numbers from here on are too large to be reduced."""

SINE_P = (
    -0.16666666666666557,
    0.008333333333305088,
    -0.00019841269816760242,
    2.755730944456469e-06,
    -2.505013493675471e-08,
    1.5862962153581165e-10,
)
COSINE_Q = (
    0.041666666666666456,
    -0.0013888888888850697,
    2.480158727570162e-05,
    -2.7557310611650236e-07,
    2.087524612456678e-09,
    -1.1336475739640464e-11,
)


def sin(x: Value, precision: Precision) -> Value:
    """Return the sine; that of -0 is -0."""
    result = _turned(x.widened(), 0).narrowed() if precision is FLOAT else _turned(x, 0)
    return x.equals(0.0).select(x, result)


def cos(x: Value, precision: Precision) -> Value:
    """Return the cosine: the sine a quarter turn later."""
    return _turned(x.widened(), 1).narrowed() if precision is FLOAT else _turned(x, 1)


def _turned(x: Value, quarters: int) -> Value:
    """Return the sine of x and a number of quarter turns."""
    shifted = x.times_plus(TWO_OVER_PI, DOUBLE.shift)
    n = shifted - DOUBLE.shift
    r = x
    for part in HALF_PI:
        r = n.times_plus(-part, r)
    z = r * r
    sine = (r * z).times_plus(z.polynomial(SINE_P), r)
    cosine = (z * z).times_plus(z.polynomial(COSINE_Q), z.times_plus(-0.5, x.constant(1)))
    turns = shifted.bits() + quarters if quarters else shifted.bits()
    result = (turns & 1).equals(0).select(sine, cosine)
    sign = (turns & 2) << (DOUBLE.fraction + 10)
    return (x.absolute() < FARTHEST).select((result.bits() ^ sign).as_number(), nan)
