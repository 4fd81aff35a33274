"""The error function.

    erf(x) = -(exp(x p(x)) - 1) for x ≥ 0     x p(x) = log(1 - erf(x))

p is the polynomial with the smallest largest error of erf, relative to it (Remez's algorithm), up to where erf rounds
to 1: 4.2e-9 for float, 3.1e-17 for double. Its constant is -2/√π as a sum of two numbers.
"""

from __future__ import annotations

from minidl_native.codegen.mathematics.exponential import expm1_of_small
from minidl_native.codegen.mathematics.precision import FLOAT, Precision
from minidl_native.codegen.mathematics.values import Value

FLOAT_P = (
    -1.128379225730896,
    5.863538342219759e-08,
    -0.6366195139210186,
    -0.10277679805976818,
    0.01914961369119659,
    0.0001662825382410176,
    -0.001672540503210084,
    0.0006356900314735861,
    -0.00011840282185089913,
    9.337745577247807e-06,
)
DOUBLE_P = (
    -1.1283791670955126,
    -1.533545961316588e-17,
    -0.63661977236759,
    -0.10277260330127237,
    0.019128446991069612,
    0.00020919488529015174,
    -0.0016962079291011566,
    0.0005901337626838338,
    -2.590910595015603e-05,
    -6.440926649016326e-05,
    2.9555985481032384e-05,
    -3.144496912681055e-06,
    -3.156069077980697e-06,
    2.051386075330479e-06,
    -5.747626857822257e-07,
    9.72613164997169e-09,
    6.912292542072915e-08,
    -3.6951770767230345e-08,
    1.1867441079011633e-08,
    -2.7260499908618414e-09,
    4.663025475557539e-10,
    -5.939236876963965e-11,
    5.4928404383466546e-12,
    -3.492510785582365e-13,
    1.366434579990281e-14,
    -2.4800061321302694e-16,
)


def erf(x: Value, precision: Precision) -> Value:
    """Return the error function 2/√π ∫₀ˣ e⁻ᵗ² dt."""
    magnitude = x.absolute().at_most(3.95 if precision is FLOAT else 5.95)
    first, *others = FLOAT_P if precision is FLOAT else DOUBLE_P
    logarithm = magnitude.times_plus(first, magnitude * magnitude.polynomial(others))
    return expm1_of_small(logarithm, precision).with_sign_of(x)
