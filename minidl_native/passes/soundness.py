"""Which views of one kernel may overlap."""

from __future__ import annotations

from collections.abc import Iterable

from minidl_native.kernels.expression import loads
from minidl_native.kernels.kernel import Elementwise, Kernel, Product, Reduction
from minidl_native.kernels.view import View


def is_sound(kernel: Kernel) -> bool:
    """Whether a kernel reads no element that it has written before.

    An elementwise kernel may write to a view that it reads, and a product to its addend; otherwise what is written
    must not overlap what is read.
    """
    match kernel:
        case Elementwise(out, value):
            return _is_same_or_outside(out, loads(value))
        case Reduction(out, value):
            return not any(view.overlaps(out) for view in loads(value))
        case Product(out, left, right, addend):
            separate = not (left.overlaps(out) or right.overlaps(out))
            return separate and (addend is None or _is_same_or_outside(out, (addend,)))
        case _:
            return not any(view.overlaps(out) for view in kernel.reads for out in kernel.writes)


def _is_same_or_outside(out: View, views: Iterable[View]) -> bool:
    return all(view.matches(out) or not view.overlaps(out) for view in views)
