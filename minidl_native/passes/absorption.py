"""Products and sums that take in an elementwise kernel: they scale their result, or add it to what was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from minidl_native.kernels.expression import Constant, Expression
from minidl_native.kernels.kernel import Elementwise, Kernel, Phase, Product, Reduction
from minidl_native.kernels.view import View
from minidl_native.passes.draft import Draft
from minidl_native.passes.linear import Term, linear_terms
from minidl_native.passes.remapping import remap
from minidl_native.passes.scalars import is_one, times
from minidl_native.passes.soundness import is_sound


@dataclass(frozen=True, slots=True)
class Absorption:
    """What may become of an elementwise kernel and of the kernels whose results it scales or adds.

    Attributes:
        out: what the elementwise kernel writes.
        result: the results, as it reads them; no other kernel does.
        writers: the positions of the kernels that write the results.
        factor: the factor of the results.
        addend: what it adds to them; None adds nothing.
        phase: the part of the step that it belongs to.
    """

    out: View
    result: View
    writers: tuple[int, ...]
    factor: Expression
    addend: Term | None
    phase: Phase

    def kernel(self, writer: Kernel | None) -> Product | Reduction | None:
        """Return the kernel that writes its part of `out` right away; None if there is none."""
        if not isinstance(writer, Product | Reduction):
            return None
        part = writer.out if isinstance(writer, Product) else _without(writer.out, writer.dims)
        out = remap(part, self.result, self.out)
        added = None if self.addend is None else remap(part, self.result, self.addend.view)
        if out is None or (self.addend is not None and added is None):
            return None
        kernel = self._product(writer, out, added) if isinstance(writer, Product) else self._sum(writer, out, added)
        return kernel if kernel is not None and is_sound(kernel) else None

    def _product(self, writer: Product, out: View, added: View | None) -> Product | None:
        alpha = times(self.factor, writer.alpha)
        if self.addend is None or added is None:
            return replace(writer, out=out, alpha=alpha, beta=times(self.factor, writer.beta))
        if writer.addend is not None:
            return None
        return replace(writer, out=out, addend=added, alpha=alpha, beta=self.addend.factor)

    def _sum(self, writer: Reduction, out: View, added: View | None) -> Reduction | None:
        if writer.operation != "sum" or writer.accumulate:
            return None
        if self.addend is not None and not (is_one(self.addend.factor) and added is not None and added.matches(out)):
            return None
        scale = times(self.factor, writer.scale or Constant(1.0, out.dtype))
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
    terms = linear_terms(kernel.value) or ()
    if len(terms) not in {1, 2} or not kernel.out.count:  # the result, and perhaps an addend
        return
    for result, *others in permutations(terms):
        writers = _writers(draft, position, result.view)
        if result.view.storage != kernel.out.storage and writers:
            yield Absorption(
                kernel.out, result.view, writers, result.factor, others[0] if others else None, kernel.phase
            )


def _writers(draft: Draft, position: int, result: View) -> tuple[int, ...]:
    """Return the positions of the kernels that write a result that only the kernel at one position reads."""
    readers, writers = draft.readers(result.storage), draft.writers(result.storage)
    if not draft.is_free(result.storage) or not writers or writers[-1] > position:
        return ()
    if any(view.overlaps(result) for reader in readers if reader != position for view in draft.reads(reader)):
        return ()
    if sum(view.overlaps(result) for view in draft.reads(position)) > 1:
        return ()
    return tuple(writer for writer in writers if any(view.overlaps(result) for view in draft.writes(writer)))
