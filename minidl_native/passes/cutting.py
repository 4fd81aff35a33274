"""Cutting: an update of all parameters at once is cut where products make the gradients of single ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from minidl_native.kernels.kernel import Elementwise, Kernel
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View
from minidl_native.passes.absorption import Absorption, absorptions
from minidl_native.passes.draft import Draft


def cut_updates(program: Program) -> Program:
    """Cut elementwise kernels over one vector so that products and sums can take in their parts of it."""
    draft, kernels, changed = Draft(program), [], False
    for position, kernel in draft:
        parts = _parts(draft, position, kernel)
        kernels += parts
        changed = changed or len(parts) > 1
    return replace(program, kernels=tuple(kernels)) if changed else program


def _parts(draft: Draft, position: int, kernel: Kernel) -> list[Kernel]:
    if not isinstance(kernel, Elementwise) or len(kernel.out.shape) != 1:
        return [kernel]
    for absorption in absorptions(draft, position):
        if len(absorption.writers) > 1 and absorption.result.strides == (1,):
            cuts = sorted({0, kernel.out.count, *_cuts(draft, absorption)})
            return [_part(kernel, *ends) for ends in pairwise(cuts)]
    return [kernel]


def _cuts(draft: Draft, absorption: Absorption) -> Iterator[int]:
    """Yield the ends of the parts that their writers can take in."""
    for writer in absorption.writers:
        if absorption.kernel(draft, writer) is not None:
            out = draft.writes(writer)[0].distinct
            yield from (out.offset - absorption.result.offset, out.end - absorption.result.offset)


def _part(kernel: Elementwise, start: int, end: int) -> Elementwise:
    def cut(view: View) -> View:
        return replace(view, offset=view.offset + start * view.strides[0], shape=(end - start,))

    return kernel.map_views(cut)
