"""Compiled programs: machine code in memory, ready to run."""

from __future__ import annotations

import ctypes
from typing import Any

from minidl_native.codegen.target import Target
from minidl_native.compiling.llvm import llvm_binding, new_context
from minidl_native.compiling.target_machine import target_machine

_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64)


class CompiledProgram:
    """Machine code in memory; several threads may run it at the same time, with tables of their own.

    Attributes:
        scratch: the bytes of memory that kernels need in the arena, after the temporary storages.
    """

    def __init__(self, machine_code: bytes, target: Target, scratch: int) -> None:
        """Link an object file into memory."""
        binding = llvm_binding()
        self.scratch = scratch
        empty = binding.parse_assembly("", new_context())
        self._engine = binding.create_mcjit_compiler(empty, target_machine(target))
        self._engine.add_object_file(binding.ObjectFileRef.from_data(machine_code))
        self._engine.finalize_object()
        self._function = _FUNCTION(self._engine.get_function_address("run"))

    def run(self, table: int | ctypes.Array[Any], steps: int) -> int:
        """Take steps, without holding Python's interpreter lock.

        Args:
            table: the table of pointers, or its address (see `Slot`); what it points to must live until the end.
            steps: the number of steps.

        Returns:
            The number of complete steps.
        """
        return int(self._function(table, steps))
