"""LLVM's code generator for a processor."""

from __future__ import annotations

from typing import Any

from minidl_native.codegen.target import Target
from minidl_native.compiling.llvm import llvm_binding

LEVEL = 1
"""The optimization level: 0 compiles the standard test's step in half the time, to nearly twice the code."""


def target_machine(target: Target) -> Any:
    """Return a new code generator.

    Raises:
        RuntimeError: this LLVM has none for the target.
    """
    binding = llvm_binding()
    triple = target.triple or binding.get_process_triple()
    return binding.Target.from_triple(triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=LEVEL, jit=True
    )
