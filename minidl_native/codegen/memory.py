"""Loads and stores of vectors, whole or in part, with any stride."""

from __future__ import annotations

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import Index, constant_index, plus
from minidl_native.codegen.ir_types import BYTES, stored_type, suffix, value_type
from minidl_native.codegen.pointer import Pointer
from minidl_native.codegen.shuffles import narrowed, widened
from minidl_native.kernels.view import DType


def load_lanes(
    writer: FunctionWriter, pointer: Pointer, index: Index, lanes: int = 1, count: int | None = None, stride: int = 1
) -> str:
    """Load a value; lanes that do not count are zero, and nothing is read for them.

    Args:
        writer: the function that is being written.
        pointer: the memory.
        index: the first element.
        lanes: the elements of the value.
        count: those that are loaded, the first ones; None for all.
        stride: the distance of the elements; 0 repeats one.
    """
    dtype, valid = pointer.dtype, lanes if count is None else count
    if lanes == 1 or not stride:
        loaded = writer.put(f"load {stored_type(dtype)}, ptr {writer.place(pointer, index)}, align {BYTES[dtype]}")
        return writer.splat(_as_value(writer, loaded, dtype, 1), dtype, lanes)
    if stride != 1:
        return _gather(writer, pointer, index, lanes, valid, stride)
    kind, address, align = stored_type(dtype, lanes), writer.place(pointer, index), BYTES[dtype]
    if valid == lanes:
        loaded = writer.put(f"load {kind}, ptr {address}, align {align}")
    elif writer.target.masks:
        arguments = [("ptr", address), ("i32", str(align)), _mask(lanes, valid), (kind, "zeroinitializer")]
        loaded = writer.call(f"llvm.masked.load.{_suffix(dtype, lanes)}.p0", kind, arguments)
    else:
        loaded = writer.put(f"load {stored_type(dtype, valid)}, ptr {address}, align {align}")
        loaded = widened(writer, loaded, stored_type(dtype), valid, lanes)
    return _as_value(writer, loaded, dtype, lanes)


def store_lanes(
    writer: FunctionWriter,
    value: str,
    pointer: Pointer,
    index: Index,
    lanes: int = 1,
    count: int | None = None,
    stride: int = 1,
) -> None:
    """Store the first `count` elements of a value at a distance of `stride`; see `load_lanes`.

    Parts of a vector are stored in pieces, without masks: what a mask stores can only be loaded once it has reached the
    cache, and the next kernel would wait for it.
    """
    dtype, valid = pointer.dtype, lanes if count is None else count
    if lanes > 1 and stride != 1:
        for lane in range(valid):
            element = writer.put(f"extractelement {value_type(dtype, lanes)} {value}, i32 {lane}")
            store_lanes(writer, element, pointer, plus(index, constant_index(lane * stride)))
        return
    kind, align = stored_type(dtype, lanes), BYTES[dtype]
    if dtype == "b1":
        value = writer.put(f"zext {value_type(dtype, lanes)} {value} to {kind}")
    if valid < lanes:
        value, kind = narrowed(writer, value, stored_type(dtype), lanes, valid), stored_type(dtype, valid)
    writer.lines.append(f"  store {kind} {value}, ptr {writer.place(pointer, index)}, align {align}")


def prefetch(writer: FunctionWriter, pointer: Pointer, index: Index, ahead: int) -> None:
    """Ask for the cache line of a later element, which may lie beyond the memory."""
    kind = stored_type(pointer.dtype)
    address = writer.put(f"getelementptr {kind}, ptr {writer.place(pointer, index)}, i64 {ahead}")
    writer.declared.add("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
    writer.lines.append(f"  call void @llvm.prefetch.p0(ptr {address}, i32 0, i32 3, i32 1)")


def _as_value(writer: FunctionWriter, loaded: str, dtype: DType, lanes: int) -> str:
    if dtype != "b1":
        return loaded
    return writer.put(f"trunc {stored_type(dtype, lanes)} {loaded} to {value_type(dtype, lanes)}")


def _suffix(dtype: DType, lanes: int) -> str:
    return f"v{lanes}i8" if dtype == "b1" else suffix(dtype, lanes)


def _mask(lanes: int, count: int) -> tuple[str, str]:
    """Return the type and the value of a constant that is true in the first lanes."""
    return f"<{lanes} x i1>", "<" + ", ".join(["i1 1"] * count + ["i1 0"] * (lanes - count)) + ">"


def _gather(writer: FunctionWriter, pointer: Pointer, index: Index, lanes: int, count: int, stride: int) -> str:
    kind, scalar, vector = value_type(pointer.dtype, lanes), value_type(pointer.dtype, 1), "zeroinitializer"
    for lane in range(count):
        element = load_lanes(writer, pointer, plus(index, constant_index(lane * stride)))
        vector = writer.put(f"insertelement {kind} {vector}, {scalar} {element}, i32 {lane}")
    return vector
