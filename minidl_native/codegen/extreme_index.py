"""Reductions to the index of the first extreme value, printed with vectors along a kept dimension."""

from __future__ import annotations

from minidl_native.codegen.domain import merged
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function, write_select
from minidl_native.codegen.index import ZERO, Index
from minidl_native.codegen.ir_types import is_float, value_type
from minidl_native.codegen.loops import common_lanes, nest
from minidl_native.codegen.values import Values
from minidl_native.kernels.expression import loads
from minidl_native.kernels.kernel import Reduction


def write_extreme_index(writer: FunctionWriter, kernel: Reduction) -> None:
    """Write an `argmax` or `argmin` along a single dimension: NaN is the most extreme."""
    out, views = kernel.out, tuple(loads(kernel.value))
    (dim,) = kernel.dims
    size = out.shape[dim]
    kept = [one for one in range(len(out.shape)) if one != dim]
    domain, (keeps, reduces) = merged([*views, out], [kept, [dim]])
    if 0 in domain.sizes:
        return
    dtype = kernel.value.dtype

    def body(index: list[Index], lanes: int, count: int) -> None:
        def value(place: Index) -> str:
            at = [*index, *([place] if reduces else [])]
            return Values(writer, domain.accesses, at, keeps - 1, lanes, count)(kernel.value)

        first, zero = value(ZERO), writer.constant(0, "i64", lanes)
        carried = [(value_type(dtype, lanes), first), (value_type("i64", lanes), zero), ("i64", "0")]
        with writer.loop(size, 1, carried) as loop:
            best, place, position = loop.values
            found = value(loop.index)
            better = _is_better(writer, kernel, found, best, lanes)
            here = writer.splat(position, "i64", lanes)
            loop.values = [
                write_select(writer, dtype, better, found, best, lanes),
                write_select(writer, "i64", better, here, place, lanes),
                writer.put(f"add nuw nsw i64 {position}, 1"),
            ]
        at = [*index, *([ZERO] if reduces else [])]
        Values(writer, domain.accesses, at, keeps - 1, lanes, count).store(out, loop.values[1])

    kept_sizes = domain.sizes[:keeps]
    lanes = common_lanes(writer.target, [view.dtype for view in views])
    nest(writer, kept_sizes, lanes if kept_sizes and kept_sizes[-1] >= lanes else 1, body)


def _is_better(writer: FunctionWriter, kernel: Reduction, found: str, best: str, lanes: int) -> str:
    """Return whether a value is more extreme than the best one before; equal ones are not."""
    dtype, is_largest = kernel.value.dtype, kernel.operation == "argmax"
    kind = value_type(dtype, lanes)
    if not is_float(dtype):
        return write_function(writer, "gt" if is_largest else "lt", "b1", (found, best), lanes, (dtype, dtype))
    beyond = writer.put(f"fcmp {'ugt' if is_largest else 'ult'} {kind} {found}, {best}")  # true for NaN as well
    is_number = writer.put(f"fcmp ord {kind} {best}, {best}")
    return write_function(writer, "and", "b1", (beyond, is_number), lanes)
