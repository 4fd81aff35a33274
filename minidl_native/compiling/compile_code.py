"""Compile LLVM IR."""

from __future__ import annotations

from collections.abc import Callable

from minidl_native.codegen.code import Code
from minidl_native.codegen.target import Target
from minidl_native.compiling.compiled_program import CompiledProgram
from minidl_native.compiling.llvm import llvm_binding, new_context
from minidl_native.compiling.target_machine import LEVEL, target_machine


class CompilationError(Exception):
    """LLVM refused generated code, or cannot make machine code of it."""


def compile_code(key: str | None, make_code: Callable[[], Code], target: Target) -> CompiledProgram:
    """Compile a program.

    Args:
        key: identifies the program among all those that this version of minidl makes; None stores nothing.
        make_code: generates the code.
        target: the processor.

    Raises:
        CompilationError: the code is not valid, or LLVM cannot compile it.
    """
    del key
    code = make_code()
    try:
        machine_code = emit_object(code.ir, target)
        program = CompiledProgram(machine_code, target, code.scratch)
    except RuntimeError as error:
        raise CompilationError(str(error)) from error
    return program


def emit_object(ir: str, target: Target) -> bytes:
    """Return the object file of a module.

    Raises:
        RuntimeError: the module is not valid, or LLVM cannot compile it.
    """
    binding = llvm_binding()
    module = binding.parse_assembly(ir, new_context())
    machine = target_machine(target)
    tuning = binding.create_pipeline_tuning_options(speed_level=LEVEL)
    # Generated loops are vectorized and unrolled already.
    tuning.loop_vectorization = tuning.slp_vectorization = tuning.loop_unrolling = False
    builder = binding.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))
