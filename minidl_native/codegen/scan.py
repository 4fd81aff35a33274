"""Cumulative sums, printed with vectors along a kept dimension."""

from __future__ import annotations

from minidl_native.codegen.domain import merged
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import convert, write_function
from minidl_native.codegen.index import Index
from minidl_native.codegen.ir_types import value_type
from minidl_native.codegen.loops import common_lanes, nest
from minidl_native.codegen.values import Values
from minidl_native.kernels.kernel import Scan
from minidl_native.kernels.view import DType


def write_scan(writer: FunctionWriter, kernel: Scan) -> None:
    """Write cumulative sums; like PyTorch, those of float32 numbers are taken in float64."""
    out, source = kernel.out, kernel.source
    kept = [dim for dim in range(len(out.shape)) if dim != kernel.dim]
    domain, (keeps, scans) = merged([out, source], [kept, [kernel.dim]])
    if 0 in domain.sizes:
        return
    size = domain.sizes[keeps] if scans else 1
    dtype: DType = "f64" if out.dtype == "f32" else out.dtype

    def body(index: list[Index], lanes: int, count: int) -> None:
        zero = writer.constant(0, dtype, lanes)
        with writer.loop(size, 1, [(value_type(dtype, lanes), zero)]) as loop:
            at = [*index, *([loop.index] if scans else [])]
            values = Values(writer, domain.accesses, at, keeps - 1, lanes, count)
            found = convert(writer, values.load(source), source.dtype, dtype, lanes)
            (total,) = loop.values = [write_function(writer, "add", dtype, (loop.values[0], found), lanes)]
            values.store(out, convert(writer, total, dtype, out.dtype, lanes))

    kept_sizes = domain.sizes[:keeps]
    is_wide = bool(keeps) and domain.accesses[out].strides[keeps - 1] == 1
    nest(writer, kept_sizes, common_lanes(writer.target, [out.dtype, source.dtype]) if is_wide else 1, body)
