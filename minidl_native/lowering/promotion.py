"""The type that PyTorch computes in, given the operands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minidl_native.kernels.view import DType, View
from minidl_native.recording.recording import ChangingNumber

_CATEGORIES: dict[DType, int] = {"b1": 0, "i64": 1, "f32": 2, "f64": 2}
_ORDER: tuple[DType, ...] = ("b1", "i64", "f32", "f64")


def promoted(operands: Iterable[Any], floating: DType) -> DType | None:
    """Return the common type of operands; None if there are none that are tensors or numbers.

    Tensors without dimensions change the type of those with dimensions only if they are of a higher category (bool,
    integer, floating point), and numbers that of tensors likewise.

    Args:
        operands: views, numbers and other arguments, which are ignored.
        floating: the type of floating-point numbers of Python.
    """
    ranks: tuple[list[DType], ...] = ([], [], [])
    for operand in operands:
        if isinstance(operand, View):
            ranks[0 if operand.shape else 1].append(operand.dtype)
        elif isinstance(operand, ChangingNumber | float):
            ranks[2].append(floating)
        elif isinstance(operand, bool | int):
            ranks[2].append("b1" if isinstance(operand, bool) else "i64")
    found: DType | None = None
    for dtypes in ranks:
        if dtypes:
            highest = max(dtypes, key=_ORDER.index)
            found = highest if found is None or _CATEGORIES[highest] > _CATEGORIES[found] else found
    return found
