"""Rearrangement of the lanes of values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.ir_types import value_type
from minidl_native.kernels.view import DType


def shuffled(writer: FunctionWriter, first: str, second: str, dtype: DType, lanes: int, choice: Sequence[int]) -> str:
    """Return chosen lanes of two vectors of `lanes`, one after the other; a single one is a scalar."""
    kind = value_type(dtype, lanes)
    if len(choice) == 1:
        return writer.put(f"extractelement {kind} {(first, second)[choice[0] // lanes]}, i32 {choice[0] % lanes}")
    mask = f"<{len(choice)} x i32> {_indices(tuple(choice))}"
    return writer.put(f"shufflevector {kind} {first}, {kind} {second}, {mask}")


def half(writer: FunctionWriter, value: str, dtype: DType, lanes: int, part: int) -> str:
    """Return the first or the second half of the lanes of a value."""
    return shuffled(writer, value, value, dtype, lanes, range(part * lanes // 2, (part + 1) * lanes // 2))


def widened(writer: FunctionWriter, value: str, scalar: str, lanes: int, width: int) -> str:
    """Return a value of elements of a type with more lanes, which are zero."""
    if lanes == 1:
        return writer.put(f"insertelement <{width} x {scalar}> zeroinitializer, {scalar} {value}, i32 0")
    kind, choice = f"<{lanes} x {scalar}>", _indices(tuple(min(lane, lanes) for lane in range(width)))
    return writer.put(f"shufflevector {kind} {value}, {kind} zeroinitializer, <{width} x i32> {choice}")


def narrowed(writer: FunctionWriter, value: str, scalar: str, width: int, lanes: int) -> str:
    """Return the first lanes of a value of elements of a type."""
    if lanes == 1:
        return writer.put(f"extractelement <{width} x {scalar}> {value}, i32 0")
    kind, choice = f"<{width} x {scalar}>", _indices(tuple(range(lanes)))
    return writer.put(f"shufflevector {kind} {value}, {kind} poison, <{lanes} x i32> {choice}")


@cache
def _indices(choice: tuple[int, ...]) -> str:
    return "<" + ", ".join(f"i32 {lane}" for lane in choice) + ">"
