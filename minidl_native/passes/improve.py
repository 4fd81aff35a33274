"""All passes in order."""

from __future__ import annotations

from minidl_native.kernels.program import Program
from minidl_native.passes.accumulation import accumulate
from minidl_native.passes.addends import join_addends
from minidl_native.passes.copies import remove_copies
from minidl_native.passes.cutting import cut_updates
from minidl_native.passes.dead_code import remove_dead_code
from minidl_native.passes.folding import fold_constants
from minidl_native.passes.inlining import inline

PASSES = (fold_constants, remove_dead_code, remove_copies, join_addends, inline, cut_updates, accumulate)
"""The passes, in order: accumulation needs the updates that inlining makes, and inlining must not take biases away."""

MOST_ROUNDS = 10
"""The most times that all passes run: they end by themselves, for each removes kernels or nothing."""


def improve(program: Program) -> Program:
    """Return a faster program with the same results, up to the last bits of sums and products.

    The passes run until none of them finds anything to change.
    """
    for _ in range(MOST_ROUNDS):
        before = program
        for run in PASSES:
            program = run(program)
        if program is before:
            break
    return program
