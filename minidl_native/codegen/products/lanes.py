"""Rearrangement of the lanes of several vectors."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_native.codegen.combining import combine
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.shuffles import shuffled
from minidl_native.kernels.view import DType

FEW = 4
"""The most rows that are sorted in registers where their elements alternate in memory."""


def pick(writer: FunctionWriter, sources: Sequence[str], dtype: DType, lanes: int, choice: Sequence[int]) -> str:
    """Return a vector of chosen lanes.

    Args:
        writer: the function that is being written.
        sources: vectors, whose lanes are numbered one vector after the other.
        dtype: the type of the elements.
        lanes: the elements of a vector.
        choice: the number of each lane of the result; -1 where it does not matter.
    """
    used = list(dict.fromkeys(lane // lanes for lane in choice if lane >= 0))
    vector = sources[used[0]]
    own = [lane % lanes if lane >= 0 and lane // lanes == used[0] else 0 for lane in choice]
    if len(used) == 1:
        return vector if own == list(range(lanes)) else shuffled(writer, vector, vector, dtype, lanes, own)
    for at, source in enumerate(used[1:]):
        kept = own if not at else list(range(lanes))
        own = [
            lanes + lane % lanes if lane >= 0 and lane // lanes == source else kept[place]
            for place, lane in enumerate(choice)
        ]
        vector = shuffled(writer, vector, sources[source], dtype, lanes, own)
    return vector


def transpose(writer: FunctionWriter, rows: Sequence[str], dtype: DType, lanes: int) -> list[str]:
    """Return the columns of a square block, given as many rows as a vector has lanes."""
    block, distance = list(rows), lanes // 2
    while distance:
        upper = [lanes + lane - distance if lane & distance else lane for lane in range(lanes)]
        lower = [lanes + lane if lane & distance else lane + distance for lane in range(lanes)]
        for row in range(lanes):
            if not row & distance:
                first, second = block[row], block[row + distance]
                block[row] = shuffled(writer, first, second, dtype, lanes, upper)
                block[row + distance] = shuffled(writer, first, second, dtype, lanes, lower)
        distance //= 2
    return block


def sums_of_lanes(writer: FunctionWriter, vectors: Sequence[str], dtype: DType, lanes: int) -> str:
    """Return the sum of the lanes of each vector, as a vector (a scalar if there is one).

    The vectors are added in pairs, halves side by side, which takes half the instructions of one sum after another.

    Args:
        writer: the function that is being written.
        vectors: a power of two of vectors, at most as many as each has lanes.
        dtype: the type of the elements.
        lanes: the elements of each vector.
    """
    parts, segments, width = list(vectors), 1, lanes
    while len(parts) > 1:
        parts = [
            _halved(writer, first, second, dtype, width, segments)
            for first, second in zip(parts[::2], parts[1::2], strict=True)
        ]
        segments *= 2
    (vector,) = parts
    while width > segments:
        half = width // segments // 2
        starts = range(0, width, 2 * half)
        low = shuffled(writer, vector, vector, dtype, width, [start + lane for start in starts for lane in range(half)])
        high = shuffled(
            writer, vector, vector, dtype, width, [start + half + lane for start in starts for lane in range(half)]
        )
        width //= 2
        vector = combine(writer, "sum", dtype, low, high, width)
    return vector


def _halved(writer: FunctionWriter, first: str, second: str, dtype: DType, width: int, segments: int) -> str:
    """Return the sums of the halves of the segments of two vectors, in twice as many segments."""
    length = width // segments
    starts = range(0, 2 * width, length)
    low = [start + lane for start in starts for lane in range(length // 2)]
    high = [lane + length // 2 for lane in low]
    return combine(
        writer,
        "sum",
        dtype,
        shuffled(writer, first, second, dtype, width, low),
        shuffled(writer, first, second, dtype, width, high),
        width,
    )
