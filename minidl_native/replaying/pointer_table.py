"""Tables of pointers: where compiled code finds the memory of one run."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import torch
from torch import Tensor

from minidl_native.compiling.blas import gemm_address
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View
from minidl_native.planning.layout import Layout, Slot

ALIGNMENT = 64
"""Bytes that the arena is aligned to: the length of the longest vectors."""

DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "b1": torch.bool}
"""PyTorch's types by ours."""


class PointerTable:
    """The pointers that a compiled program takes, for one run.

    Args:
        program: the program.
        layout: where its storages lie.
        scratch: bytes of scratch memory after the arena.
        memory: the tensors of the storages that are not temporary, by number.

    Attributes:
        pointers: the table, as a C array.
        address: its address.
    """

    def __init__(self, program: Program, layout: Layout, scratch: int, memory: Mapping[int, Tensor]) -> None:
        self.program = program
        self.layout = layout
        self.memory = {number: tensor for number, tensor in memory.items() if number in layout.places}
        self.pointers = (ctypes.c_void_p * layout.slots)()
        self.address = ctypes.addressof(self.pointers)
        self.arena = torch.zeros(-(-layout.arena // ALIGNMENT) * ALIGNMENT + scratch + ALIGNMENT, dtype=torch.uint8)
        self.start = -self.arena.data_ptr() % ALIGNMENT
        self.cycles = torch.zeros(3, dtype=torch.int64)
        self.pointers[Slot.ARENA] = self.arena.data_ptr() + self.start
        self.pointers[Slot.CYCLES] = self.cycles.data_ptr()
        self.pointers[Slot.GEMM] = gemm_address(program.dtype)
        for number, tensor in self.memory.items():
            self.pointers[self.layout.places[number].slot] = tensor.untyped_storage().data_ptr()

    def fits(self, memory: Mapping[int, Tensor]) -> bool:
        """Whether the table points to the memory of tensors, given by the number of their storage."""
        return all(
            self.pointers[self.layout.places[number].slot] == tensor.untyped_storage().data_ptr()
            for number, tensor in memory.items()
            if number in self.memory
        )

    def tensor_of(self, view: View) -> Tensor:
        """Return the elements of a view as a tensor that shares the memory that compiled code uses."""
        dtype, place = DTYPES[view.dtype], self.layout.places[view.storage]
        if place.slot == Slot.ARENA:
            flat = self.arena[self.start :].view(torch.uint8)
            flat = flat[: flat.numel() // dtype.itemsize * dtype.itemsize].view(dtype)
        else:
            flat = torch.empty(0, dtype=dtype).set_(self.memory[view.storage].untyped_storage())
        return torch.as_strided(flat, view.shape, view.strides, place.offset + view.offset)
