"""Compile LLVM IR."""

from __future__ import annotations

from collections.abc import Callable

from minidl_native.codegen.code import Code
from minidl_native.codegen.target import Target
from minidl_native.compiling.compiled_program import CompiledProgram
from minidl_native.compiling.identity import identity
from minidl_native.compiling.llvm import llvm_binding, new_context
from minidl_native.compiling.store import Store
from minidl_native.compiling.store_folder import store_folder
from minidl_native.compiling.stored_program import StoredProgram
from minidl_native.compiling.target_machine import target_machine


class CompilationError(Exception):
    """LLVM refused generated code, or cannot make machine code of it."""


def compile_code(
    key: str | None, make_code: Callable[[], Code], target: Target, store: Store | None = None
) -> CompiledProgram:
    """Return the program of a key, from the store if it is there, else compiled and stored.

    Args:
        key: identifies the program among all those that this version of minidl makes; None stores nothing.
        make_code: generates the code; only called if the program is not in the store.
        target: the processor.
        store: the store; by default the user's.

    Raises:
        CompilationError: the code is not valid, or LLVM cannot compile it.
    """
    if key is None:
        return _link(_compile("", make_code(), target), target)
    store, found = store or Store(store_folder()), identity(key, target)
    program = store.load(found)
    if program is None:
        program = _compile(found, make_code(), target)
        store.save(program)
    return _link(program, target)


def emit_object(ir: str, target: Target) -> bytes:
    """Return the object file of a module.

    No passes are run before: generated code is in the form that they make, and they took as long as all the rest.

    Raises:
        RuntimeError: the module is not valid, or LLVM cannot compile it.
    """
    module = llvm_binding().parse_assembly(ir, new_context())
    return bytes(target_machine(target).emit_object(module))


def _compile(found: str, code: Code, target: Target) -> StoredProgram:
    try:
        return StoredProgram(found, code.scratch, emit_object(code.ir, target))
    except RuntimeError as error:
        raise CompilationError(str(error)) from error


def _link(program: StoredProgram, target: Target) -> CompiledProgram:
    try:
        return CompiledProgram(program.machine_code, target, program.scratch)
    except RuntimeError as error:
        raise CompilationError(str(error)) from error
