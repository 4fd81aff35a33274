"""Memory for the interpreter as a layout plans it: temporary storages are views of one arena."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout, Slot
from tests.support.kernel_interpreter import DTYPES, empty_memory


def arena_memory(program: Program, layout: Layout, external: Mapping[int, Tensor]) -> dict[int, Tensor]:
    """Return memory for all storages of a program: those given, and views of an arena full of NaN.

    Args:
        program: the program.
        layout: its layout.
        external: the memory of the storages that do not lie in the arena.
    """
    arena = torch.full((layout.arena,), 255, dtype=torch.uint8)  # all bits set are NaN
    memory = {**empty_memory(program), **external}
    for number, place in layout.places.items():
        if place.slot == Slot.ARENA:
            storage = program.storages[number]
            dtype = DTYPES[storage.dtype]
            start = place.offset * dtype.itemsize
            assert start % 64 == 0, f"storage {number} begins at byte {start}"
            assert start + storage.size * dtype.itemsize + 64 <= layout.arena, f"storage {number} is cut"
            memory[number] = arena[start : start + storage.size * dtype.itemsize].view(dtype)
    return memory
