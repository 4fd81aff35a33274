"""The table of functions, and their text."""

from __future__ import annotations

from collections.abc import Callable

from minidl_native.codegen.mathematics.error_function import erf
from minidl_native.codegen.mathematics.exponential import exp, expm1, sigmoid, tanh
from minidl_native.codegen.mathematics.logarithm import log, log1p
from minidl_native.codegen.mathematics.power import pow as power
from minidl_native.codegen.mathematics.precision import DOUBLE, FLOAT, Precision
from minidl_native.codegen.mathematics.trigonometric import cos, sin
from minidl_native.codegen.mathematics.values import FunctionText, Value
from minidl_native.kernels.view import DType

FUNCTIONS: dict[str, Callable[[Value, Precision], Value]] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
    "sigmoid": sigmoid,
    "erf": erf,
    "sin": sin,
    "cos": cos,
}
"""The functions of one number; `pow` has two."""

PRECISIONS: dict[DType, Precision] = {"f32": FLOAT, "f64": DOUBLE}


def name(function: str, dtype: DType, lanes: int) -> str:
    """Return the name of a function in the module, such as `@minidl_exp_f32_16`."""
    return f"@minidl_{function}_{dtype}_{lanes}"


def define(function: str, dtype: DType, lanes: int) -> str:
    """Return the definition of a function of vectors, with the declarations that it needs, each on a line."""
    precision = PRECISIONS[dtype]
    text = FunctionText(lanes)
    x = text.argument("%x", precision.kind)
    vector = text.vector(precision.kind)
    if function == "pow":
        arguments, result = f"{vector} %x, {vector} %y", power(x, text.argument("%y", precision.kind), precision)
    else:
        arguments, result = f"{vector} %x", FUNCTIONS[function](x, precision)
    return "\n".join(
        [
            *sorted(text.declarations),
            f"define internal {vector} {name(function, dtype, lanes)}({arguments}) nounwind {{",
            *text.lines,
            f"  ret {vector} {result.text}",
            "}",
            "",
        ]
    )
