"""Addends: what is added to a product, such as a bias, becomes a part of it."""

from __future__ import annotations

from minidl_native.kernels.kernel import Elementwise
from minidl_native.kernels.program import Program
from minidl_native.passes.absorption import Absorption, absorptions
from minidl_native.passes.draft import Draft


def join_addends(program: Program) -> Program:
    """Let products and sums scale their results, and products add to them, where they are."""
    draft = Draft(program)
    for position, kernel in list(draft):
        if isinstance(kernel, Elementwise):
            _ = any(_join(draft, position, absorption) for absorption in absorptions(draft, position))
    return draft.program


def _join(draft: Draft, position: int, absorption: Absorption) -> bool:
    writer, *others = absorption.writers
    kernel = absorption.kernel(draft, writer)
    if others or kernel is None or kernel.phase != absorption.phase:
        return False
    if absorption.result.count != draft.writes(writer)[0].distinct.count:
        return False
    if not draft.can_write(absorption.out, instead_of=position, at=writer):
        return False
    if absorption.addend is not None and draft.is_written(absorption.addend.view, writer, position):
        return False
    draft.replace(position, None)
    draft.replace(writer, kernel)
    return True
