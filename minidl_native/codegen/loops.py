"""Nests of loops over a domain, with vectors along one of its dimensions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import ZERO, Index, constant_index
from minidl_native.codegen.target import Target
from minidl_native.kernels.view import DType

Body = Callable[[list[Index], int, int], None]
"""Writes what is done at an index, with a number of lanes of which some count."""

UNROLLED = 4
"""The most vectors that are written one after the other, without a loop."""


def common_lanes(target: Target, dtypes: Iterable[DType]) -> int:
    """Return the lanes of a loop over elements of several types: those of the narrowest numbers."""
    numbers = set(dtypes) - {"b1"}
    return max(map(target.lanes, numbers), default=target.lanes("b1"))


def lanes_for(size: int, most: int) -> int:
    """Return the smallest number of lanes that take all elements at once, if any do, else the largest."""
    return most if size >= most else 1 << max(0, size - 1).bit_length()


def nest(writer: FunctionWriter, sizes: Sequence[int], most: int, body: Body) -> None:
    """Write loops over a domain, with vectors along its last dimension.

    Args:
        writer: the function that is being written.
        sizes: the size of each dimension, from the outermost loop to the innermost; none is 0.
        most: the lanes of a whole vector; 1 for scalars.
        body: writes the innermost loop's body.
    """
    if not sizes:
        body([], 1, 1)
        return

    def along(dim: int, index: list[Index]) -> None:
        if dim < len(sizes) - 1:
            with writer.loop(sizes[dim]) as loop:
                along(dim + 1, [*index, loop.index])
        else:
            vectors(writer, sizes[dim], most, lambda last, lanes, count: body([*index, last], lanes, count))

    along(0, [])


def vectors(writer: FunctionWriter, size: int, most: int, body: Callable[[Index, int, int], None]) -> None:
    """Write a loop over whole vectors, and the rest as a part of a vector."""
    lanes = lanes_for(size, most)
    whole = size // lanes * lanes
    if whole <= UNROLLED * lanes and most > 1:
        for start in range(0, whole, lanes):
            body(constant_index(start), lanes, lanes)
    else:
        with writer.loop(whole, lanes) as loop:
            body(loop.index, lanes, lanes)
    if whole < size:
        body(constant_index(whole) if whole else ZERO, lanes, size - whole)
