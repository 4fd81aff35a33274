"""Elementwise kernels, alone or fused, printed as one loop."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from minidl_native.codegen.domain import merged
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import MATHEMATICS
from minidl_native.codegen.index import Index
from minidl_native.codegen.loops import common_lanes, nest
from minidl_native.codegen.values import Values
from minidl_native.kernels.expression import Apply, Expression
from minidl_native.kernels.kernel import Elementwise

_EXPENSIVE = MATHEMATICS | {"div", "sqrt"}


def write_elementwise(writer: FunctionWriter, parts: Sequence[Elementwise], unstored: Collection[int] = ()) -> None:
    """Write elementwise kernels of one shape, one after the other for each element.

    Args:
        writer: the function that is being written.
        parts: the kernels.
        unstored: the storages whose values stay in registers.
    """
    views = [view for part in parts for view in (part.out, *part.reads)]
    stored = [view for view in views if view.storage not in unstored]
    domain, _ = merged([*stored, *views], [range(len(views[0].shape))])
    if 0 in domain.sizes:
        return

    def body(index: list[Index], lanes: int, count: int) -> None:
        values = Values(writer, domain.accesses, index, len(index) - 1, lanes, count)
        for part in parts:
            value = values(part.value)
            values.remember(part.out, value)
            if part.out.storage not in unstored:
                values.store(part.out, value)

    steps = [domain.accesses[view].strides[-1:] for view in stored]
    pays = (1,) in steps or any(_is_expensive(part.value) for part in parts)
    nest(writer, domain.sizes, common_lanes(writer.target, [view.dtype for view in views]) if pays else 1, body)


def _is_expensive(expression: Expression) -> bool:
    if not isinstance(expression, Apply):
        return False
    return expression.function in _EXPENSIVE or any(map(_is_expensive, expression.arguments))
