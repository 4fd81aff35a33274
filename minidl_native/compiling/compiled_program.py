"""Compiled programs: machine code in memory, ready to run."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from minidl_native.codegen.target import Target
from minidl_native.compiling.llvm import llvm_binding, new_context
from minidl_native.compiling.target_machine import target_machine

_RUN_ALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
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
        self._run_all = _RUN_ALL(self._engine.get_function_address("run_all"))

    def run(self, table: int | ctypes.Array[Any], steps: int) -> int:
        """Take steps, without holding Python's interpreter lock.

        Args:
            table: the table of pointers, or its address (see `Slot`); what it points to must live until the end.
            steps: the number of steps.

        Returns:
            The number of complete steps.
        """
        return int(self._function(table, steps))

    def run_all(self, tables: Sequence[int], steps: int) -> list[int]:
        """Take steps of several runs, one after another, without holding Python's interpreter lock.

        Args:
            tables: the addresses of the tables of the runs, at least one.
            steps: the number of steps of each.

        Returns:
            The number of complete steps of each.
        """
        count = len(tables)
        complete = (ctypes.c_int64 * count)()
        self._run_all((ctypes.c_void_p * count)(*tables), count, steps, complete)
        return list(complete)
