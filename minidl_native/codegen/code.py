"""Generated code."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A program printed as LLVM IR.

    The module defines `i64 @run(ptr table, i64 steps)`, which takes steps and returns how many are complete.

    Attributes:
        ir: the text of the module.
        scratch: the bytes of memory that kernels need in the arena, after the temporary storages.
    """

    ir: str
    scratch: int
