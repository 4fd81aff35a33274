"""Generates the code of a program."""

from __future__ import annotations

from collections.abc import Iterable

from minidl_native.codegen import mathematics
from minidl_native.codegen.code import Code
from minidl_native.codegen.kernel_function import KernelFunction, kernel_function, localized
from minidl_native.codegen.run_function import ALIGNMENT, RunFunction
from minidl_native.codegen.target import Target
from minidl_native.kernels.kernel import Foreign, StoreResult, TakeRows
from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout, Slot


def generate(program: Program, layout: Layout, target: Target) -> Code:
    """Print a program as LLVM IR.

    Args:
        program: the kernels, after all passes.
        layout: the place of each storage.
        target: the processor.

    Raises:
        NotImplementedError: a kernel has a function of types for which there is none.
    """
    functions: dict[str, KernelFunction] = {}
    run = RunFunction(program, layout, target)
    for kernel in program.kernels:
        if isinstance(kernel, StoreResult):
            run.store_result(kernel)
        elif isinstance(kernel, Foreign):
            run.call_back(kernel)
        else:
            local = localized(kernel)
            key = repr(local.kernel)  # equal kernels may differ in the sign of a zero
            if key not in functions:
                functions[key] = kernel_function(local.kernel, len(functions), target)
            is_target = isinstance(kernel, TakeRows) and kernel.source == "targets"
            run.call(functions[key], kernel.phase, local.starts, Slot.TARGETS if is_target else Slot.INPUTS)
    scratch = max((function.writer.scratch for function in functions.values()), default=0)
    return Code(_module(functions.values(), run, target), scratch + ALIGNMENT)


def _module(functions: Iterable[KernelFunction], run: RunFunction, target: Target) -> str:
    writers = [function.writer for function in functions]
    used = sorted({one for writer in writers for one in writer.mathematics})
    defined = [mathematics.define(function, dtype, target.lanes(dtype)) for function, dtype in used]
    lines = [line for text in defined for line in text.splitlines()]
    declared = {line for line in lines if line.startswith("declare ")}
    declared = declared.union(*(writer.declared for writer in writers))
    texts = [function.text for function in functions]
    own = [line for line in lines if not line.startswith("declare ")]
    return "\n".join([*texts, run.text(), *own, *sorted(declared), run.clock.declaration, ""])
