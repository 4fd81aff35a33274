"""How reductions combine values: the neutral value, the combination, and the combination of a vector's lanes."""

from __future__ import annotations

import math
from typing import Literal

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.ir_types import is_float
from minidl_native.codegen.shuffles import half
from minidl_native.kernels.view import DType

Combination = Literal["sum", "prod", "max", "min", "any", "all"]

_FUNCTIONS: dict[str, str] = {
    "sum": "add",
    "prod": "mul",
    "max": "maximum",
    "min": "minimum",
    "any": "or",
    "all": "and",
}


def neutral(operation: str, dtype: DType) -> float:
    """Return the value that changes nothing when it is combined with others."""
    if operation in {"sum", "any"}:
        return 0
    if operation in {"prod", "all"}:
        return 1
    sign = -1 if operation == "max" else 1
    if dtype == "b1":
        return sign > 0
    return sign * math.inf if is_float(dtype) else (-(2**63) if sign < 0 else 2**63 - 1)


def combine(writer: FunctionWriter, operation: str, dtype: DType, first: str, second: str, lanes: int) -> str:
    """Combine two values, lane by lane."""
    return write_function(writer, _FUNCTIONS[operation], dtype, (first, second), lanes)


def combine_lanes(writer: FunctionWriter, operation: str, dtype: DType, value: str, lanes: int) -> str:
    """Combine the lanes of a value to a scalar, the first half with the second one until one is left."""
    while lanes > 1:
        halves = [half(writer, value, dtype, lanes, part) for part in range(2)]
        lanes //= 2
        value = combine(writer, operation, dtype, halves[0], halves[1], lanes)
    return value
