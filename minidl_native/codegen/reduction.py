"""Reductions, printed with vectors along a dimension that is kept or one that is reduced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minidl_native.codegen.accumulation import Accumulation, scaled
from minidl_native.codegen.combining import combine_lanes, neutral
from minidl_native.codegen.domain import Domain, merged
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.index import ZERO, Index, constant_index, plus
from minidl_native.codegen.loops import common_lanes, lanes_for
from minidl_native.codegen.shuffles import shuffled
from minidl_native.codegen.values import Values
from minidl_native.kernels.expression import loads
from minidl_native.kernels.kernel import Reduction

CHUNK = 4
"""The number of vectors along a kept dimension that are reduced in one loop."""

_TINY = 4
"""Dimensions up to this size are not reduced in vectors if there is a kept dimension for them."""


def write_reduction(writer: FunctionWriter, kernel: Reduction) -> None:
    """Write a reduction, other than those to the index of an extreme."""
    out, views = kernel.out, tuple(loads(kernel.value))
    kept = [dim for dim in range(len(out.shape)) if dim not in kernel.dims]
    domain, (keeps, _) = merged([*views, out], [kept, kernel.dims])
    if 0 in domain.sizes[:keeps]:
        return
    scale = None if kernel.scale is None else Values(writer, {}, ())(kernel.scale)
    lanes = common_lanes(writer.target, [view.dtype for view in (*views, out)])
    _Writing(writer, kernel, domain, keeps, scale, lanes).write()


@dataclass(frozen=True)
class _Writing:
    writer: FunctionWriter
    kernel: Reduction
    domain: Domain
    keeps: int
    scale: str | None
    most: int

    def write(self) -> None:
        """Write the loops over the kept dimensions."""
        dim = self.vector_dim()
        sizes, index = self.domain.sizes, [ZERO] * len(self.domain.sizes)
        outer = [kept for kept in range(self.keeps) if kept != dim]

        def along(dims: Sequence[int]) -> None:
            if dims:
                with self.writer.loop(sizes[dims[0]]) as loop:
                    index[dims[0]] = loop.index
                    along(dims[1:])
            elif dim is None or dim >= self.keeps:
                self.reduce_in_vectors(index, dim)
            else:
                self.reduce_kept(index, dim)

        along(outer)

    def vector_dim(self) -> int | None:
        """Return the dimension of the vectors: the one along which most views are contiguous."""
        sizes, keeps = self.domain.sizes, self.keeps
        accesses = [self.domain.accesses[view] for view in loads(self.kernel.value)]
        steps = {dim: sum(access.strides[dim] == 1 for access in accesses) for dim in range(len(sizes))}
        dim = max(steps, key=lambda one: (steps[one], one < keeps, sizes[one]), default=None)
        if dim is None or (not steps[dim] and sizes[dim] < self.most):
            return None
        wide = [kept for kept in range(keeps) if sizes[kept] >= self.most // 2]
        return max(wide) if dim >= keeps and sizes[dim] <= _TINY and wide else dim

    def reduce_kept(self, index: list[Index], dim: int) -> None:
        """Reduce vectors along a kept dimension, several at a time."""
        size = self.domain.sizes[dim]
        lanes = lanes_for(size, self.most)
        chunk = CHUNK * lanes
        whole = size // chunk * chunk
        if whole > chunk:
            with self.writer.loop(whole, chunk) as loop:
                self.reduce_chunk(
                    index, dim, lanes, [(plus(loop.index, constant_index(at * lanes)), lanes) for at in range(CHUNK)]
                )
        else:
            whole = 0
        rest = [(constant_index(at), min(lanes, size - at)) for at in range(whole, size, lanes)]
        for first in range(0, len(rest), CHUNK):
            self.reduce_chunk(index, dim, lanes, rest[first : first + CHUNK])

    def reduce_chunk(self, index: list[Index], dim: int, lanes: int, places: Sequence[tuple[Index, int]]) -> None:
        """Reduce a few vectors along a kept dimension."""
        kernel, kept = self.kernel, index[: self.keeps]
        accumulation = Accumulation(self.writer, kernel.operation, kernel.value.dtype, lanes, len(places))

        def values_at(place: Index, count: int, reduced: Sequence[Index]) -> Values:
            at = [*kept[:dim], place, *kept[dim + 1 :], *reduced]
            return Values(self.writer, self.domain.accesses, at, dim, lanes, count)

        def leaf(reduced: list[Index]) -> list[str]:
            return [values_at(place, count, reduced)(kernel.value) for place, count in places]

        totals = accumulation.over(self.domain.sizes[self.keeps :], leaf)
        zeros = [ZERO] * (len(self.domain.sizes) - self.keeps)
        for total, (place, count) in zip(totals, places, strict=True):
            self.finish(values_at(place, count, zeros), total)

    def reduce_in_vectors(self, index: list[Index], dim: int | None) -> None:
        """Reduce to a single element, with vectors along a reduced dimension if there is one for them."""
        kernel, sizes, keeps = self.kernel, self.domain.sizes, self.keeps
        others = [reduced for reduced in range(keeps, len(sizes)) if reduced != dim]
        size = 1 if dim is None else sizes[dim]
        lanes = 1 if dim is None else lanes_for(size, self.most)
        accumulation = Accumulation(self.writer, kernel.operation, kernel.value.dtype, lanes, 1)

        def value(outer: Sequence[Index], last: Index, count: int) -> str:
            at = list(index)
            for one, own in zip(others, outer, strict=True):
                at[one] = own
            if dim is not None:
                at[dim] = last
            found = Values(self.writer, self.domain.accesses, at, dim or 0, lanes, count)(kernel.value)
            return found if count == lanes else self.masked(found, lanes, count)

        def leaf(outer: list[Index]) -> list[str]:
            whole = size // lanes
            rest = size - whole * lanes
            if not whole:
                return [value(outer, ZERO, rest)]
            total = accumulation.along(whole, scaled(lambda last: [value(outer, last, lanes)], lanes))
            return accumulation.combine(total, [value(outer, constant_index(whole * lanes), rest)]) if rest else total

        (total,) = accumulation.over([sizes[one] for one in others], leaf)
        total = combine_lanes(self.writer, kernel.operation, kernel.value.dtype, total, lanes)
        self.finish(Values(self.writer, self.domain.accesses, index), total)

    def masked(self, value: str, lanes: int, count: int) -> str:
        """Return a value with the neutral one in the lanes that do not count."""
        dtype, writer = self.kernel.value.dtype, self.writer
        unused = writer.constant(neutral(self.kernel.operation, dtype), dtype, lanes)
        return shuffled(
            writer, value, unused, dtype, lanes, [lane if lane < count else lanes + lane for lane in range(lanes)]
        )

    def finish(self, values: Values, total: str) -> None:
        """Scale a result, add it to what is there if it accumulates, and store it."""
        out, dtype = self.kernel.out, self.kernel.value.dtype
        if self.scale is not None:
            factor = self.writer.splat(self.scale, dtype, values.lanes)
            total = write_function(self.writer, "mul", dtype, (total, factor), values.lanes)
        if self.kernel.accumulate:
            total = write_function(self.writer, "add", dtype, (values.load(out), total), values.lanes)
        values.store(out, total)
