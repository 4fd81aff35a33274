"""Accumulation along loops: several values at a time, and in blocks, so that long sums are exact and quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minidl_native.codegen.combining import combine, neutral
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import ZERO, Index, constant_index, multiple, plus
from minidl_native.codegen.ir_types import value_type
from minidl_native.kernels.view import DType

BLOCK = 64
"""Longer loops are split into blocks, and those into blocks of blocks: rounding errors add up less."""

WAYS = 4
"""The number of sums side by side, where few values are carried: an addition takes several cycles."""

Leaf = Callable[[Index], list[str]]
"""Writes the values to accumulate at an index of a loop."""


@dataclass(frozen=True)
class Accumulation:
    """Values that are accumulated together.

    Attributes:
        writer: the function that is being written.
        operation: how values are combined, as in `Reduction`.
        dtype: their type.
        lanes: their elements.
        width: how many there are.
    """

    writer: FunctionWriter
    operation: str
    dtype: DType
    lanes: int
    width: int

    def over(self, sizes: Sequence[int], leaf: Callable[[list[Index]], list[str]]) -> list[str]:
        """Accumulate over nested loops of these sizes; the leaf gets the index of each."""
        if not sizes:
            return leaf([])
        return self.along(sizes[0], lambda first: self.over(sizes[1:], lambda rest: leaf([first, *rest])))

    def along(self, size: int, leaf: Leaf) -> list[str]:
        """Accumulate along a loop."""
        if not size:
            return self.start()
        return self._blocks(size, leaf, self._short)

    def start(self) -> list[str]:
        """Return neutral values."""
        return [self.writer.constant(neutral(self.operation, self.dtype), self.dtype, self.lanes)] * self.width

    def combine(self, first: Sequence[str], second: Sequence[str]) -> list[str]:
        """Combine values with others."""
        pairs = zip(first, second, strict=True)
        return [combine(self.writer, self.operation, self.dtype, *pair, self.lanes) for pair in pairs]

    def _blocks(self, size: int, leaf: Leaf, innermost: Callable[[int, Leaf], list[str]]) -> list[str]:
        """Accumulate in blocks, each of them by another way than the sum of the blocks."""
        if size <= BLOCK:
            return innermost(size, leaf)

        def block(index: Index) -> list[str]:
            return innermost(BLOCK, lambda inner: leaf(plus(multiple(index, BLOCK), inner)))

        whole = size // BLOCK
        total = self._blocks(whole, block, self._loop)
        rest = size - whole * BLOCK
        if not rest:
            return total
        return self.combine(total, innermost(rest, lambda index: leaf(plus(constant_index(whole * BLOCK), index))))

    def _loop(self, size: int, leaf: Leaf) -> list[str]:
        """Accumulate one value after another."""
        with self.writer.loop(size, 1, self._carried()) as loop:
            loop.values = self.combine(loop.values, leaf(loop.index))
        return loop.values

    def _short(self, size: int, leaf: Leaf) -> list[str]:
        """Accumulate several values side by side if few are carried."""
        ways = WAYS if size >= 2 * WAYS and self.width * WAYS <= 2 * WAYS else 1
        if size == 1:
            return leaf(ZERO)
        if size // ways == 1:
            ways = 1
        whole = size // ways * ways
        with self.writer.loop(whole, ways, self._carried() * ways) as loop:
            new = []
            for way in range(ways):
                own = loop.values[way * self.width : (way + 1) * self.width]
                new += self.combine(own, leaf(plus(loop.index, constant_index(way))))
            loop.values = new
        parts = [loop.values[way * self.width : (way + 1) * self.width] for way in range(ways)]
        for way in range(size - whole):
            parts[way] = self.combine(parts[way], leaf(constant_index(whole + way)))
        while len(parts) > 1:
            parts = [self.combine(*parts[at : at + 2]) for at in range(0, len(parts), 2)]
        return parts[0]

    def _carried(self) -> list[tuple[str, str]]:
        kind = value_type(self.dtype, self.lanes)
        return [(kind, value) for value in self.start()]


def scaled(leaf: Leaf, factor: int) -> Leaf:
    """Return a leaf for indices that count in steps of `factor`."""
    return lambda index: leaf(multiple(index, factor))
