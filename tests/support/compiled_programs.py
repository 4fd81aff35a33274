"""Runs compiled programs on memory whose borders are guarded."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import torch
from torch import Tensor

from minidl_native.codegen.code import Code
from minidl_native.codegen.generate import generate
from minidl_native.codegen.target import Target
from minidl_native.compiling.compile_code import compile_code
from minidl_native.compiling.compiled_program import CompiledProgram
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.kernel import Fused
from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout, Place, Slot
from tests.support.kernel_interpreter import DTYPES, interpret
from tests.support.random_programs import memory_for

POISON = 0xFF
"""The byte that surrounds storages: as floating-point numbers, these are NaN."""
LINE = 64

GEMM_TYPE = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 13)
CALLBACK_TYPE = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64)


def targets() -> list[Target]:
    """Return this processor and narrower ones whose code it runs."""
    host = host_target()
    narrower = [
        replace(host, lanes_f32=8, lanes_f64=4, registers=16, masks=False, cpu="haswell", features=""),
        replace(host, lanes_f32=4, lanes_f64=2, registers=16, masks=False, cpu="x86-64-v3", features=""),
    ]
    is_x86 = host.triple.startswith("x86_64")
    return [host, *(one for one in narrower if is_x86 and one.lanes_f32 < host.lanes_f32)]


def compiled(code: Code, target: Target) -> CompiledProgram:
    """Compile code without storing it."""
    return compile_code(None, lambda: code, target)


def plain_layout(program: Program) -> Layout:
    """Return a layout in which no storages share memory."""
    unstored = {storage for kernel in program.kernels if isinstance(kernel, Fused) for storage in kernel.unstored}
    places, arena, slots = {}, LINE, Slot.FIRST_EXTERNAL + 0
    drawn = 0
    for number, storage in program.storages.items():
        size = DTYPES[storage.dtype].itemsize
        if number in unstored:
            continue
        if storage.role == "random":
            places[number] = Place(Slot.RANDOM, drawn)
            drawn += storage.size
        elif storage.role == "temporary":
            places[number] = Place(Slot.ARENA, arena // size)
            arena += -(-(storage.size * size + LINE) // LINE) * LINE
        else:
            places[number] = Place(slots, 0)
            slots += 1
    return Layout(places, slots, arena)


class GuardedRegion:
    """Memory that ends where no memory is, so that reading or writing beyond it ends the process."""

    def __init__(self, size: int) -> None:
        page = mmap.PAGESIZE
        pages = -(-max(size, 1) // page) + 1
        self._map = mmap.mmap(-1, pages * page)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._map))
        end = start + (pages - 1) * page
        libc = ctypes.CDLL(None, use_errno=True)
        assert not libc.mprotect(ctypes.c_void_p(end), ctypes.c_size_t(page), 0)
        self.before = (ctypes.c_ubyte * (end - size - start)).from_address(start)
        ctypes.memset(start, POISON, end - size - start)
        self.address = end - size

    def close(self) -> None:
        """Check that nothing before the memory was written."""
        assert bytes(self.before).count(POISON) == len(self.before), "memory before a storage was written"


def guarded(tensor: Tensor) -> tuple[GuardedRegion, Tensor]:
    """Return a flat copy of a tensor in guarded memory."""
    flat = tensor.contiguous().view(-1)
    region = GuardedRegion(flat.numel() * flat.element_size())
    if not flat.numel():
        return region, flat
    buffer = (ctypes.c_ubyte * (flat.numel() * flat.element_size())).from_address(region.address)
    copy = torch.frombuffer(buffer, dtype=flat.dtype)
    copy.copy_(flat)
    return region, copy


class GuardedRun:
    """A compiled program and the memory it runs on.

    Attributes:
        memory: the storages that outlive a step, by number.
        results: the results of the steps.
        cycles: the cycles of the phases.
        called: the numbers of the foreign operations, as they were called.
    """

    def __init__(  # noqa: PLR0913 - the tables that compiled code reads
        self,
        program: Program,
        memory: Mapping[int, Tensor],
        *,
        steps: int = 1,
        target: Target | None = None,
        rows: Tensor | None = None,
        inputs: Tensor | None = None,
        targets: Tensor | None = None,
        numbers: Sequence[float] | Tensor = (),
        random: Tensor | None = None,
        callback: Callable[[int], int] | None = None,
        layout: Layout | None = None,
    ) -> None:
        self.program, self.steps = program, steps
        self.layout = plain_layout(program) if layout is None else layout
        target = host_target() if target is None else target
        self.code, self.compiled = _compiled(_Hashed(program, self.layout), target)
        self._regions = []
        self.called: list[int] = []
        table = (ctypes.c_void_p * self.layout.slots)()
        given = {
            Slot.ROWS: rows,
            Slot.INPUTS: inputs,
            Slot.TARGETS: targets,
            Slot.NUMBERS: torch.as_tensor(numbers, dtype=torch.float64),
            Slot.RANDOM: random,
            Slot.RESULTS: torch.zeros(steps * program.results, dtype=torch.float64),
            Slot.CYCLES: torch.zeros(3, dtype=torch.int64),
        }
        copies = {slot: self._place(table, slot, tensor) for slot, tensor in given.items() if tensor is not None}
        self.results, self.cycles = copies[Slot.RESULTS].view(steps, program.results), copies[Slot.CYCLES]
        self.memory = {
            number: self._place(table, self.layout.places[number].slot, tensor)
            for number, tensor in memory.items()
            if number in self.layout.places and program.storages[number].role in {"state", "gradient", "constant"}
        }
        size = self.layout.arena + self.code.scratch + LINE
        self._arena = (ctypes.c_ubyte * (size + 4 * LINE))()
        ctypes.memset(self._arena, POISON, size + 4 * LINE)
        table[Slot.ARENA] = -(-ctypes.addressof(self._arena) // LINE) * LINE
        table[Slot.GEMM] = _gemm(program.dtype)
        self._callback = CALLBACK_TYPE(self._called if callback is None else callback)
        table[Slot.CALLBACK] = ctypes.cast(self._callback, ctypes.c_void_p)
        self._table = table

    def temporary(self, number: int) -> Tensor:
        """Return the memory of a temporary storage."""
        storage, place = self.program.storages[number], self.layout.places[number]
        dtype = DTYPES[storage.dtype]
        start = int(self._table[Slot.ARENA] or 0) + place.offset * dtype.itemsize
        return torch.frombuffer((ctypes.c_ubyte * (storage.size * dtype.itemsize)).from_address(start), dtype=dtype)

    def run(self) -> int:
        """Take the steps, check the borders of all memory, and return the number of complete steps."""
        complete = self.compiled.run(self._table, self.steps)
        for region in self._regions:
            region.close()
        self._check_gaps()
        return complete

    def _called(self, number: int) -> int:
        self.called.append(number)
        return 0

    def _place(self, table: ctypes.Array[ctypes.c_void_p], slot: int, tensor: Tensor) -> Tensor:
        region, copy = guarded(tensor)
        self._regions.append(region)
        table[slot] = region.address
        return copy

    def _check_gaps(self) -> None:
        """Check that no byte of the arena outside of storages and scratch memory was written."""
        start = int(self._table[Slot.ARENA] or 0)
        size = -(-self.layout.arena // LINE) * LINE + self.code.scratch
        held = torch.frombuffer((ctypes.c_ubyte * (size + LINE)).from_address(start), dtype=torch.uint8).clone()
        for number, place in self.layout.places.items():
            storage = self.program.storages[number]
            itemsize = DTYPES[storage.dtype].itemsize
            if place.slot == Slot.ARENA:
                held[place.offset * itemsize : (place.offset + storage.size) * itemsize] = POISON
        held[-(-self.layout.arena // LINE) * LINE : size] = POISON
        assert bool((held == POISON).all()), "memory between storages was written"


class _Hashed:
    """A program and its layout, equal to others of the same text."""

    def __init__(self, program: Program, layout: Layout) -> None:
        self.program, self.layout = program, layout
        self._text = repr((program, layout))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@cache
def _compiled(key: _Hashed, target: Target) -> tuple[Code, CompiledProgram]:
    code = generate(key.program, key.layout, target)
    return code, compiled(code, target)


@cache
def _gemm(dtype: str) -> int:
    library = next(path for path in torch.__path__)
    name = "sgemm_" if dtype == "f32" else "dgemm_"
    function = getattr(ctypes.CDLL(f"{library}/lib/libtorch_cpu.so"), name)
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def assert_like_interpreted(  # noqa: PLR0913 - the tables that compiled code reads
    program: Program,
    target: Target,
    *,
    steps: int = 1,
    memory: Mapping[int, Tensor] | None = None,
    rows: Tensor | None = None,
    inputs: Tensor | None = None,
    targets: Tensor | None = None,
    numbers: Tensor | None = None,
    random: Tensor | None = None,
) -> GuardedRun:
    """Check that steps of a compiled program give what the interpreted ones give; return the compiled run."""
    memory = memory_for(program, 0) if memory is None else memory
    numbers = torch.zeros(steps, program.numbers, dtype=torch.float64) if numbers is None else numbers
    data = {"inputs": inputs, "targets": targets}
    run = GuardedRun(program, memory, steps=steps, target=target, rows=rows, numbers=numbers, random=random, **data)
    complete = run.run()
    expected = {number: tensor.clone() for number, tensor in memory.items()}
    results = torch.zeros(steps, program.results, dtype=torch.float64)
    for step in range(steps):
        own = {
            "rows": None if rows is None else rows[step * program.batch : (step + 1) * program.batch],
            "random": None if random is None else random[step * program.draws : (step + 1) * program.draws],
            "numbers": numbers[step].tolist(),
        }
        if not interpret(program, expected, results=results[step], **own, **data):
            assert complete == step, f"{complete} steps instead of {step}"
            break
    else:
        assert complete == steps, f"{complete} steps instead of {steps}"
    for number, tensor in run.memory.items():
        _assert_close(tensor, expected[number], f"storage {number}")
    _assert_close(run.results, results, "results", is_f32=program.dtype == "f32")
    return run


def _assert_close(found: Tensor, expected: Tensor, what: str, *, is_f32: bool = False) -> None:
    tolerance = 2e-4 if is_f32 or found.dtype == torch.float32 else 1e-11
    torch.testing.assert_close(
        found, expected, rtol=tolerance, atol=tolerance, equal_nan=True, msg=lambda text: f"{what}: {text}"
    )
