"""Types and constants as LLVM writes them."""

from __future__ import annotations

import math
import struct
from functools import cache

from minidl_native.kernels.view import DType

BYTES: dict[DType, int] = {"f32": 4, "f64": 8, "i64": 8, "b1": 1}
"""The size of an element in memory."""

_VALUES: dict[DType, str] = {"f32": "float", "f64": "double", "i64": "i64", "b1": "i1"}
_STORED: dict[DType, str] = {**_VALUES, "b1": "i8"}
_SUFFIXES: dict[DType, str] = {"f32": "f32", "f64": "f64", "i64": "i64", "b1": "i1"}
_LARGEST_F32 = 3.4028235677973366e38
"""The middle between the largest float32 number and the next power of two; from it on, numbers round to infinity."""


def is_float(dtype: DType) -> bool:
    """Whether a type is one of floating-point numbers."""
    return dtype in {"f32", "f64"}


@cache
def value_type(dtype: DType, lanes: int) -> str:
    """Return the type of values in registers: a scalar for one lane, else a vector."""
    return _VALUES[dtype] if lanes == 1 else f"<{lanes} x {_VALUES[dtype]}>"


@cache
def stored_type(dtype: DType, lanes: int = 1) -> str:
    """Return the type of values in memory, where a bool takes a byte."""
    return _STORED[dtype] if lanes == 1 else f"<{lanes} x {_STORED[dtype]}>"


@cache
def suffix(dtype: DType, lanes: int) -> str:
    """Return what the names of intrinsic functions end with."""
    return _SUFFIXES[dtype] if lanes == 1 else f"v{lanes}{_SUFFIXES[dtype]}"


def literal(value: float, dtype: DType) -> str:
    """Return a scalar constant, rounded to its type."""
    if dtype == "b1":
        return "true" if value else "false"
    if dtype == "i64":
        return str(int(value))
    number = float(value)
    if dtype == "f32" and math.isfinite(number):
        number = _rounded(number)
    return "0x" + struct.pack(">d", number).hex().upper()


def _rounded(number: float) -> float:
    if abs(number) >= _LARGEST_F32:
        return math.copysign(math.inf, number)
    rounded: float = struct.unpack("f", struct.pack("f", number))[0]
    return rounded
