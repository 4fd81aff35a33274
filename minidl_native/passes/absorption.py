"""Products and sums that take in an elementwise kernel: they scale their result, or add it to what was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from minidl_native.kernels.expression import Constant, Expression
from minidl_native.kernels.kernel import Elementwise, Phase, Product, Reduction
from minidl_native.kernels.view import View
from minidl_native.passes.draft import Draft
from minidl_native.passes.remapping import remap
from minidl_native.passes.scalars import is_one, multiplied
from minidl_native.passes.soundness import is_sound
from minidl_native.passes.summands import Summand, summands


@dataclass(frozen=True, slots=True)
class Absorption:
    """A way to leave an elementwise kernel to the kernels whose results it scales or adds.

    Attributes:
        position: the position of the elementwise kernel.
        out: what it writes.
        result: the results, as it reads them.
        writers: the positions of the kernels that write the results.
        factor: the factor of the results.
        addend: what it adds to them; None adds nothing.
        phase: the part of the step that it belongs to.
    """

    position: int
    out: View
    result: View
    writers: tuple[int, ...]
    factor: Expression
    addend: Summand | None
    phase: Phase

    def kernel(self, draft: Draft, position: int) -> Product | Reduction | None:
        """Return what becomes of one of the writers: it writes its part of `out` right away; None if it can't."""
        writer = draft[position]
        if not isinstance(writer, Product | Reduction) or self._is_shared(draft, writer.out):
            return None
        part = writer.out if isinstance(writer, Product) else _without(writer.out, writer.dims)
        out = remap(part, self.result, self.out)
        added = None if self.addend is None else remap(part, self.result, self.addend.view)
        if out is None or (self.addend is not None and added is None):
            return None
        kernel = self._product(writer, out, added) if isinstance(writer, Product) else self._sum(writer, out, added)
        return kernel if kernel is not None and is_sound(kernel) else None

    def _is_shared(self, draft: Draft, part: View) -> bool:
        """Whether other kernels read or write a part of the result."""
        storage = part.storage
        readers = [view for reader in draft.readers(storage) if reader != self.position for view in draft.reads(reader)]
        writers = [view for writer in draft.writers(storage) for view in draft.writes(writer)]
        return any(view.overlaps(part) for view in readers) or sum(view.overlaps(part) for view in writers) > 1

    def _product(self, writer: Product, out: View, added: View | None) -> Product | None:
        alpha = multiplied(self.factor, writer.alpha)
        if self.addend is None or added is None:
            return replace(writer, out=out, alpha=alpha, beta=multiplied(self.factor, writer.beta))
        if writer.addend is not None:
            return None
        return replace(writer, out=out, addend=added, alpha=alpha, beta=self.addend.factor)

    def _sum(self, writer: Reduction, out: View, added: View | None) -> Reduction | None:
        if writer.operation != "sum" or writer.accumulate:
            return None
        if self.addend is not None and not (is_one(self.addend.factor) and added is not None and added.matches(out)):
            return None
        scale = multiplied(self.factor, writer.scale or Constant(1.0, out.dtype))
        strides = iter(out.strides)
        over = tuple(0 if dim in writer.dims else next(strides) for dim in range(len(writer.out.shape)))
        out = replace(out, shape=writer.out.shape, strides=over)
        return replace(writer, out=out, scale=None if is_one(scale) else scale, accumulate=self.addend is not None)


def _without(view: View, dims: tuple[int, ...]) -> View:
    kept = [dim for dim in range(len(view.shape)) if dim not in dims]
    return replace(view, shape=tuple(view.shape[dim] for dim in kept), strides=tuple(view.strides[dim] for dim in kept))


def absorptions(draft: Draft, position: int) -> Iterator[Absorption]:
    """Yield the ways to absorb the kernel at a position: it writes multiples of results, or adds something to them."""
    kernel = draft[position]
    if not isinstance(kernel, Elementwise):
        return
    found = summands(kernel.value) or ()
    if len(found) not in {1, 2} or not kernel.out.count:  # the result, and perhaps an addend
        return
    for result, *others in permutations(found):
        writers = _writers(draft, position, result.view)
        if result.view.storage != kernel.out.storage and writers:
            addend = others[0] if others else None
            yield Absorption(position, kernel.out, result.view, writers, result.factor, addend, kernel.phase)


def _writers(draft: Draft, position: int, result: View) -> tuple[int, ...]:
    """Return the positions of the kernels that write a result, all of them before the only load of it at a position."""
    writers = draft.writers(result.storage)
    if not draft.is_free(result.storage) or not writers or writers[-1] > position:
        return ()
    if sum(view.overlaps(result) for view in draft.reads(position)) > 1:
        return ()
    return tuple(writer for writer in writers if any(view.overlaps(result) for view in draft.writes(writer)))
