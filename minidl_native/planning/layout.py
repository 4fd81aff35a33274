"""Where each storage lies: in the slots of the table of pointers that compiled code takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum


class Slot(IntEnum):
    """The slots of the table of pointers; those of the storages of the run follow from `FIRST_EXTERNAL` on."""

    ROWS = 0
    """The row of each sample of the steps (i64); each step reads the next `Program.batch`."""
    INPUTS = 1
    """The inputs, `(samples, *features)`."""
    TARGETS = 2
    """The targets."""
    RESULTS = 3
    """The results of the steps; each step writes the next `Program.results`."""
    NUMBERS = 4
    """The table of numbers (f64); each step reads the next `Program.numbers`."""
    RANDOM = 5
    """The drawn numbers (i64); each step reads the next `Program.draws`."""
    ARENA = 6
    """Memory for temporary storages, aligned to 64 bytes; scratch memory of kernels follows the storages."""
    CYCLES = 7
    """Three i64 that processor cycles are added to: of forward, backward and update."""
    CALLBACK = 8
    """The function that runs foreign operations, `i32 (i64 number)`; a nonzero result ends the steps."""
    GEMM = 9
    """`sgemm_` or `dgemm_` of the BLAS that PyTorch uses."""
    FIRST_EXTERNAL = 10


@dataclass(frozen=True, slots=True)
class Place:
    """The slot of a storage, and the index of its first element from the address in that slot."""

    slot: int
    offset: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of each storage.

    Attributes:
        places: the places by storage; storages whose values stay in registers have none.
        slots: the number of slots of the table.
        arena: the bytes of temporary storages in the arena.
    """

    places: Mapping[int, Place]
    slots: int
    arena: int
