"""The table of element-wise operations: the formula of each."""

from __future__ import annotations

import math
from collections.abc import Callable

from minidl_native.lowering.functions import (
    ceil,
    clamp,
    cos,
    eq,
    erf,
    exp,
    expm1,
    floor,
    log,
    log1p,
    maximum,
    minimum,
    ne,
    nearest,
    power,
    select,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    tanh,
    trunc,
)
from minidl_native.lowering.term import NoKernelError, Operand, Term

LIMITS = {"f32": 3.4028234663852886e38, "f64": 1.7976931348623157e308}
"""The largest finite numbers."""


def _divide(x: Term, y: Operand, rounding_mode: str | None = None) -> Term:
    if rounding_mode == "floor":
        raise NoKernelError("division rounded down")
    return x / y if rounding_mode is None else trunc(x / y)


def _lerp(x: Term, end: Term, weight: Operand) -> Term:
    difference = end - x
    near_x, near_end = x + weight * difference, end - difference * (1 - weight)
    if isinstance(weight, Term):
        return select(abs(weight) < 0.5, near_x, near_end)  # noqa: PLR2004 - the middle
    return near_x if abs(weight) < 0.5 else near_end  # noqa: PLR2004 - the middle


def _softplus(x: Term, beta: Operand = 1, threshold: Operand = 20) -> Term:
    return select(x * beta > threshold, x, log1p(exp(x * beta)) / beta)


def _softplus_gradient(grad: Term, x: Term, beta: Operand, threshold: Operand) -> Term:
    return select(x * beta > threshold, grad, grad * sigmoid(x * beta))


def _elu(x: Term, alpha: float = 1, scale: float = 1, input_scale: float = 1) -> Term:
    return select(x > 0, x * scale, expm1(x * input_scale) * (alpha * scale))


def _elu_gradient(
    grad: Term,
    alpha: float,
    scale: float,
    input_scale: float,
    is_result: bool,  # noqa: FBT001
    x: Term,
) -> Term:
    slope = (x + alpha * scale) * input_scale if is_result else exp(x * input_scale) * (input_scale * alpha * scale)
    return select(x <= 0, grad * slope, grad * scale)


def _gelu(x: Term, approximate: str = "none") -> Term:
    if approximate == "none":
        return x * 0.5 * (1 + erf(x * math.sqrt(0.5)))
    return 0.5 * x * (1 + tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def _gelu_gradient(grad: Term, x: Term, approximate: str = "none") -> Term:
    if approximate == "none":
        density = exp(square(x) * -0.5) * (1 / math.sqrt(2 * math.pi))
        return grad * (0.5 * (1 + erf(x * math.sqrt(0.5))) + x * density)
    curve = tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
    slope = (1 - square(curve)) * (math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * square(x)))
    return grad * (0.5 * (1 + curve) + 0.5 * x * slope)


def _silu_gradient(grad: Term, x: Term) -> Term:
    return grad * sigmoid(x) * (1 + x * (1 - sigmoid(x)))


def _logaddexp(x: Term, y: Term) -> Term:
    infinite = eq(abs(x), math.inf) & eq(x, y)
    return select(infinite, x, maximum(x, y) + log1p(exp(-abs(x - y))))


def _sinh(x: Term) -> Term:
    return (expm1(x) + expm1(x) / (expm1(x) + 1)) / 2


def _nan_to_num(x: Term, nan: float | None = None, high: float | None = None, low: float | None = None) -> Term:
    if x.dtype not in LIMITS:
        return x
    largest = LIMITS[x.dtype]
    finite = select(eq(x, -math.inf), -largest if low is None else low, x)
    finite = select(eq(x, math.inf), largest if high is None else high, finite)
    return select(ne(x, x), nan or 0, finite)


FORMULAS: dict[str, Callable[..., Operand | tuple[Operand, ...]]] = {
    # arithmetic
    "add": lambda x, y, alpha=1: x + alpha * y,
    "sub": lambda x, y, alpha=1: x - alpha * y,
    "rsub": lambda x, y, alpha=1: y - alpha * x,
    "mul": lambda x, y: x * y,
    "div": _divide,
    "neg": lambda x: -x,
    "reciprocal": lambda x: 1 / x,
    "addcmul": lambda x, first, second, value=1: x + value * first * second,
    "addcdiv": lambda x, first, second, value=1: x + value * first / second,
    "lerp": _lerp,
    # mathematics
    "abs": abs,
    "sign": sign,
    "sgn": sign,
    "pow": power,
    "sqrt": sqrt,
    "rsqrt": lambda x: 1 / sqrt(x),
    "exp": exp,
    "exp2": lambda x: power(2.0, x),
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "log2": lambda x: log(x) / math.log(2),
    "log10": lambda x: log(x) / math.log(10),
    "logaddexp": _logaddexp,
    "xlogy": lambda x, y: select(eq(x, 0) & eq(y, y), 0, x * log(y)),
    "erf": erf,
    "sin": sin,
    "cos": cos,
    "tan": lambda x: sin(x) / cos(x),
    "sinh": _sinh,
    "cosh": lambda x: (exp(x) + exp(-x)) / 2,
    "tanh": tanh,
    "atanh": lambda x: log1p(2 * x / (1 - x)) / 2,
    "logit": lambda x, eps=None: log(clamp(x, eps, eps and 1 - eps) / (1 - clamp(x, eps, eps and 1 - eps))),
    "deg2rad": lambda x: x * (math.pi / 180),
    "rad2deg": lambda x: x * (180 / math.pi),
    # rounding and limits
    "floor": floor,
    "ceil": ceil,
    "round": nearest,
    "trunc": trunc,
    "frac": lambda x: x - trunc(x),
    "maximum": maximum,
    "minimum": minimum,
    "clamp": clamp,
    "clamp_min": maximum,
    "clamp_max": minimum,
    "nan_to_num": _nan_to_num,
    # comparisons, logical and bitwise operations
    "eq": eq,
    "ne": ne,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "isnan": lambda x: ne(x, x),
    "isinf": lambda x: eq(abs(x), math.inf),
    "isposinf": lambda x: eq(x, math.inf),
    "isneginf": lambda x: eq(x, -math.inf),
    "logical_and": lambda x, y: x.to("b1") & y.to("b1"),
    "logical_or": lambda x, y: x.to("b1") | y.to("b1"),
    "logical_xor": lambda x, y: x.to("b1") ^ y.to("b1"),
    "logical_not": lambda x: ~x.to("b1"),
    "bitwise_and": lambda x, y: x & y,
    "bitwise_or": lambda x, y: x | y,
    "bitwise_xor": lambda x, y: x ^ y,
    "bitwise_not": lambda x: ~x,
    # choices
    "where": select,
    "masked_fill": lambda x, condition, value: select(condition, value, x),
    "heaviside": lambda x, value: select(eq(x, 0), value, (x > 0).to(x.dtype)),
    # activations
    "relu": lambda x: maximum(x, 0),
    "leaky_relu": lambda x, slope=0.01: select(x > 0, x, x * slope),
    "_prelu_kernel": lambda x, slope: select(x > 0, x, x * slope),
    "hardtanh": lambda x, low=-1, high=1: clamp(x, low, high),
    "hardsigmoid": lambda x: clamp(x + 3, 0, 6) / 6,
    "hardswish": lambda x: x * clamp(x + 3, 0, 6) / 6,
    "hardshrink": lambda x, limit=0.5: select((x >= -limit) & (x <= limit), 0, x),
    "softshrink": lambda x, limit=0.5: select(x > limit, x - limit, select(x < -limit, x + limit, x * 0)),
    "threshold": lambda x, threshold, value: select(x <= threshold, value, x),
    "sigmoid": sigmoid,
    "log_sigmoid_forward": lambda x: (minimum(x, 0) - log1p(exp(-abs(x))), exp(-abs(x))),
    "softplus": _softplus,
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * tanh(_softplus(x)),
    "elu": _elu,
    "celu": lambda x, alpha=1: select(x > 0, x, expm1(x / alpha) * alpha),
    "gelu": _gelu,
    # gradients of activations
    "threshold_backward": lambda grad, x, threshold: select(x <= threshold, 0, grad),
    "leaky_relu_backward": lambda grad, x, slope, _: select(x > 0, grad, grad * slope),
    "hardtanh_backward": lambda grad, x, low, high: select((x > low) & (x < high), grad, 0),
    "sigmoid_backward": lambda grad, y: grad * (1 - y) * y,
    "tanh_backward": lambda grad, y: grad * (1 - y * y),
    "log_sigmoid_backward": lambda grad, x, _: grad * sigmoid(-x),
    "softplus_backward": _softplus_gradient,
    "silu_backward": _silu_gradient,
    "elu_backward": _elu_gradient,
    "gelu_backward": _gelu_gradient,
    # copies
    "copy": lambda _, source, *__: source,
    "clone": lambda x: x,
    "lift_fresh_copy": lambda x: x,
    "_to_copy": lambda x: x,
    # constants
    "zero": lambda _: 0,
    "zeros": lambda _: 0,
    "zeros_like": lambda _: 0,
    "new_zeros": lambda _, __: 0,
    "ones": lambda _: 1,
    "ones_like": lambda _: 1,
    "new_ones": lambda _, __: 1,
    "fill": lambda _, value: value,
    "full": lambda _, value: value,
    "full_like": lambda _, value: value,
    "new_full": lambda _, __, value: value,
    "scalar_tensor": lambda value: value,
}
"""The formulas by name; in-place forms, forms with `out`, and all overloads share one, unless listed by overload.

Parameters are in the order of PyTorch's; tensors are values of the common type, except those named `condition`.
"""
