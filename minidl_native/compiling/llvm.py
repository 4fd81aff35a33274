"""LLVM, by way of llvmlite: imported when it is first needed."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def llvm_binding() -> Any:
    """Import llvmlite's binding and prepare it for this processor.

    Raises:
        ImportError: llvmlite is missing or incomplete.
        RuntimeError: LLVM knows no machine code for this processor.
    """
    from llvmlite import binding  # noqa: PLC0415 - takes 20 ms, and may be missing

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    binding.initialize_native_asmparser()  # without it, LLVM ends the process at the clock's assembly on arm64
    return binding


def new_context() -> Any:
    """Return a context of LLVM of its own, so that other users of llvmlite in the process are not affected."""
    context = llvm_binding().context
    before = getattr(context, "opaque_pointers_enabled", None)
    if before is None:
        return context.create_context()
    context.opaque_pointers_enabled = True  # llvmlite 0.44 still has pointers with types by default
    try:
        return context.create_context()
    finally:
        context.opaque_pointers_enabled = before
