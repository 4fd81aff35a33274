"""Memory: a place for each storage, shared by temporary ones that are never needed together."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from minidl_native.kernels.kernel import Foreign, Fused
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View
from minidl_native.planning.layout import Layout, Place, Slot

SIZES = {"f32": 4, "f64": 8, "i64": 8, "b1": 1}
"""The bytes of an element."""

LINE = 64
"""The bytes of a cache line and of the longest vectors: storages begin at multiples of it, and vectors may read as much
beyond their end."""


def plan_memory(program: Program) -> Layout:
    """Return a place for each storage that needs one.

    States, gradients and constants have slots of their own, in order of their numbers; random numbers have theirs.
    Temporary storages lie in the arena. Two that are needed at the same time, or by one kernel, never overlap.

    Raises:
        RuntimeError: a kernel reads a temporary storage before another one writes there. Operations that PyTorch runs
            may: some only write to memory that they are given.
    """
    places: dict[int, Place] = {}
    slots = int(Slot.FIRST_EXTERNAL)
    for number, storage in sorted(program.storages.items()):
        if storage.role == "random":
            places[number] = Place(Slot.RANDOM, 0)
        elif storage.role != "temporary":
            places[number] = Place(slots, 0)
            slots += 1
    arena = _Arena()
    for number, life in sorted(_lives(program).items(), key=lambda item: (-_bytes(program.storages[item[0]]), item[0])):
        storage = program.storages[number]
        places[number] = Place(Slot.ARENA, arena.place(_bytes(storage), life) // SIZES[storage.dtype])
    return Layout(places, slots, arena.end)


@dataclass(frozen=True, slots=True)
class _Life:
    """The first and the last kernel that use a storage."""

    first: int
    last: int

    def meets(self, other: _Life) -> bool:
        return self.first <= other.last and other.first <= self.last


def _lives(program: Program) -> dict[int, _Life]:
    lives: dict[int, _Life] = {}
    written: defaultdict[int, list[View]] = defaultdict(list)
    for position, kernel in enumerate(program.kernels):
        unstored = kernel.unstored if isinstance(kernel, Fused) else frozenset()
        for part in kernel.parts if isinstance(kernel, Fused) else (kernel,):
            for view in () if isinstance(part, Foreign) else part.reads:
                _require_written(program, view, written[view.storage])
            for view in part.writes:
                written[view.storage].append(view)
            for view in (*part.reads, *part.writes):
                if program.storages[view.storage].role == "temporary" and view.storage not in unstored:
                    first = lives[view.storage].first if view.storage in lives else position
                    lives[view.storage] = _Life(first, position)
    return lives


def _require_written(program: Program, view: View, written: list[View]) -> None:
    storage = program.storages[view.storage]
    if storage.role != "temporary" or _is_covered(view, written):
        return
    known = np.zeros(storage.size, dtype=bool)
    for other in written:
        _elements(known, other)[...] = True
    if not _elements(known, view).all():
        raise RuntimeError(f"storage {view.storage} is read before the step has written all that is read: {view}")


def _is_covered(view: View, written: list[View]) -> bool:
    """Whether views without gaps cover the whole range of a view."""
    start = view.offset
    for other in sorted((other.distinct for other in written), key=lambda other: other.offset):
        if other.offset > start:
            break
        if other.is_dense:
            start = max(start, other.end)
    return start >= view.end


def _elements(memory: npt.NDArray[np.bool_], view: View) -> npt.NDArray[np.bool_]:
    return np.lib.stride_tricks.as_strided(memory[view.offset :], view.shape, view.strides)


def _bytes(storage: Storage) -> int:
    return storage.size * SIZES[storage.dtype]


class _Arena:
    """Memory that is given out, the largest pieces first, each as far in front as it fits."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, int, _Life]] = []
        self.end = 0

    def place(self, size: int, life: _Life) -> int:
        """Return the offset of a piece in bytes."""
        need, offset = -(-(size + LINE) // LINE) * LINE, 0
        for start, end, other in self.pieces:
            if other.meets(life):
                if offset + need <= start:
                    break
                offset = max(offset, end)
        insort(self.pieces, (offset, offset + need, life), key=lambda piece: piece[:2])
        self.end = max(self.end, offset + need)
        return offset
