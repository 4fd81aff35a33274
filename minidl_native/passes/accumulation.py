"""Accumulation: gradients are added to what they update, without being stored."""

from __future__ import annotations

from dataclasses import replace

from minidl_native.kernels.kernel import Elementwise
from minidl_native.kernels.program import Program
from minidl_native.passes.absorption import Absorption, absorptions
from minidl_native.passes.draft import Draft


def accumulate(program: Program) -> Program:
    """Compute products and sums where they are added, so that `W ← W - lr g` becomes one product."""
    draft = Draft(program)
    for position, kernel in list(draft):
        if isinstance(kernel, Elementwise):
            _ = any(_accumulate(draft, position, absorption) for absorption in absorptions(draft, position))
    return draft.program


def _accumulate(draft: Draft, position: int, absorption: Absorption) -> bool:
    writer, *others = absorption.writers
    kernel = absorption.kernel(draft, writer)
    if others or kernel is None or absorption.result.count != draft.writes(writer)[0].distinct.count:
        return False
    if any(draft.is_written(view, writer, position) for view in draft.reads(writer)):
        return False
    draft.replace(writer, None)
    draft.replace(position, replace(kernel, phase=absorption.phase))
    return True
