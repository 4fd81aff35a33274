"""Copies of the rows of a batch, printed as a loop over the samples."""

from __future__ import annotations

from minidl_native.codegen.domain import elements, merged
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import Index, along, plus
from minidl_native.codegen.loops import nest
from minidl_native.codegen.memory import load_lanes, store_lanes
from minidl_native.codegen.pointer import Pointer
from minidl_native.kernels.kernel import TakeRows
from minidl_native.kernels.view import contiguous

ROWS, DATA = "%rows", "%data"
"""The pointers to the rows of the step, and to the data."""


def write_take_rows(writer: FunctionWriter, kernel: TakeRows) -> None:
    """Write the copies of rows to a batch."""
    out = kernel.out
    samples, features = out.shape[0], out.shape[1:]
    data = contiguous(-1, out.shape, out.dtype)
    domain, (outer, _) = merged([out, data], [[0], range(1, len(out.shape))])
    if 0 in domain.sizes:
        return
    to, source = domain.accesses[out], domain.accesses[data]
    width = elements(features)
    with writer.loop(samples) as loop:
        row = load_lanes(writer, Pointer(ROWS, "i64"), loop.index)

        def body(index: list[Index], lanes: int, count: int) -> None:
            start = along([loop.index] * outer, to.strides[:outer], to.offset)
            into = plus(start, along(index, to.strides[outer:]))
            place = plus({row: width}, along(index, source.strides[outer:]))
            steps = (to.strides[-1], source.strides[-1]) if index else (1, 1)
            value = load_lanes(writer, Pointer(DATA, out.dtype), place, lanes, count, steps[1])
            store_lanes(writer, value, Pointer(f"%b{out.storage}", out.dtype), into, lanes, count, steps[0])

        sizes = domain.sizes[outer:]
        is_wide = bool(sizes) and to.strides[-1] == source.strides[-1] == 1
        nest(writer, sizes, writer.target.lanes(out.dtype) if is_wide else 1, body)
