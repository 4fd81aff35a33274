"""The function that takes the steps: a loop that calls the kernels' functions."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_native.codegen.clock import Clock
from minidl_native.codegen.ir_types import BYTES, stored_type
from minidl_native.codegen.kernel_function import KernelFunction
from minidl_native.codegen.target import Target
from minidl_native.kernels.kernel import Foreign, Phase, StoreResult
from minidl_native.kernels.program import Program
from minidl_native.planning.layout import Layout, Slot

ALIGNMENT = 64
"""The alignment of scratch memory in bytes."""


RUN_ALL = """
define void @run_all(ptr %tables, i64 %count, i64 %steps, ptr %complete) nounwind {
entry:
  br label %loop
loop:
  %index = phi i64 [0, %entry], [%next, %loop]
  %from = getelementptr ptr, ptr %tables, i64 %index
  %table = load ptr, ptr %from, align 8
  %taken = call i64 @run(ptr %table, i64 %steps)
  %to = getelementptr i64, ptr %complete, i64 %index
  store i64 %taken, ptr %to, align 8
  %next = add nuw nsw i64 %index, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}
"""
"""The function that takes the steps of several runs, given the addresses of their tables; `count` is at least 1."""


class RunFunction:
    """Writes the functions `i64 @run(ptr table, i64 steps)` and `@run_all`, which calls it for several runs.

    Attributes:
        clock: measures the phases.
    """

    def __init__(self, program: Program, layout: Layout, target: Target) -> None:
        self._program, self._layout = program, layout
        self.clock = Clock(target.clock)
        self._moves: dict[int, int] = {
            Slot.ROWS: program.batch * BYTES["i64"],
            Slot.RESULTS: program.results * BYTES["f64"],
            Slot.NUMBERS: program.numbers * BYTES["f64"],
            Slot.RANDOM: program.draws * BYTES["i64"],
        }
        """The bytes that each step moves pointers on by."""
        self._lines: list[str] = []
        self._slots: dict[int, None] = {}
        self._registers = self._foreign = 0
        self._can_stop = False

    def call(self, function: KernelFunction, phase: Phase, starts: Sequence[tuple[int, int]], data: Slot) -> None:
        """Write the call of a kernel's function.

        Args:
            function: the function.
            phase: the part of the step that it belongs to.
            starts: the storage and the first element behind each of its pointers.
            data: the slot of the data that it takes rows of, if it does.
        """
        self._enter(phase)
        arguments = ", ".join(f"ptr {self._argument(one, starts, data)}" for one in function.pointers)
        self._lines.append(f"  call void @{function.name}({arguments})")

    def call_back(self, kernel: Foreign) -> None:
        """Write the call of a foreign operation; they are numbered in order."""
        self._enter(kernel.phase)
        self._lines.append(f"  ; {kernel.name}")
        result = self._put(f"call i32 {self._slot(Slot.CALLBACK)}(i64 {self._foreign})")
        self._foreign += 1
        self._continue_if(self._put(f"icmp eq i32 {result}, 0"))

    def store_result(self, kernel: StoreResult) -> None:
        """Write the copy of a result, converted to float64, and the end of the run if it is not finite."""
        self._enter(kernel.phase)
        source = kernel.source
        address = self._address(source.storage, source.offset)
        kind = stored_type(source.dtype)
        value = self._put(f"load {kind}, ptr {address}, align {BYTES[source.dtype]}")
        if source.dtype != "f64":
            instruction = {"f32": "fpext", "i64": "sitofp", "b1": "uitofp"}[source.dtype]
            value = self._put(f"{instruction} {kind} {value} to double")
        to = self._put(f"getelementptr double, ptr {self._slot(Slot.RESULTS)}, i64 {kernel.index}")
        self._lines.append(f"  store double {value}, ptr {to}, align 8")
        if kernel.ends_run:
            zero = self._put(f"fsub double {value}, {value}")
            self._continue_if(self._put(f"fcmp oeq double {zero}, 0.0"))

    def text(self) -> str:
        """Return the definitions of the functions."""
        cycles = self._slot(Slot.CYCLES)
        body = [*self._lines, *self.clock.enter(None)]
        moved = [slot for slot in self._slots if self._moves.get(slot)]
        heads = [
            f"  {self._slot(slot)} = phi ptr [%start{slot}, %begin], [%next{slot}, %{self._last_block(body)}]"
            for slot in moved
        ]
        return "\n".join(
            [
                "define i64 @run(ptr %table, i64 %steps) nounwind {",
                "entry:",
                *self._entry(moved),
                *self.clock.variables(),
                "  %any = icmp ne i64 %steps, 0",
                "  br i1 %any, label %begin, label %none",
                "none:",
                "  ret i64 0",
                "begin:",
                "  br label %step",
                "step:",
                f"  %number = phi i64 [0, %begin], [%following, %{self._last_block(body)}]",
                *heads,
                *self.clock.begin(),
                *body,
                *(
                    f"  %next{slot} = getelementptr i8, ptr {self._slot(slot)}, i64 {self._moves[slot]}"
                    for slot in moved
                ),
                "  %following = add nuw nsw i64 %number, 1",
                "  %goes_on = icmp ult i64 %following, %steps",
                "  br i1 %goes_on, label %step, label %done",
                *(["stop:", "  %stopped = add nuw nsw i64 %number, 1", "  br label %done"] if self._can_stop else []),
                "done:",
                *self._end(body),
                *self.clock.end(cycles),
                "  ret i64 %complete",
                "}",
                RUN_ALL,
            ]
        )

    def _end(self, body: Sequence[str]) -> list[str]:
        last = self._last_block(body)
        if not self._can_stop:
            return ["  %begun = add i64 %steps, 0", "  %complete = add i64 %steps, 0"]
        return [
            f"  %begun = phi i64 [%steps, %{last}], [%stopped, %stop]",
            f"  %complete = phi i64 [%steps, %{last}], [%number, %stop]",
        ]

    @staticmethod
    def _last_block(body: Sequence[str]) -> str:
        return next((line[:-1] for line in reversed(body) if line.endswith(":")), "step")

    def _entry(self, moved: Sequence[int]) -> list[str]:
        lines = []
        for slot in self._slots:
            name = f"%start{slot}" if slot in moved else self._slot(slot)
            lines.append(f"  %entry{slot} = getelementptr ptr, ptr %table, i64 {slot}")
            lines.append(f"  {name} = load ptr, ptr %entry{slot}, align 8")
        return lines

    def _argument(self, pointer: str, starts: Sequence[tuple[int, int]], data: Slot) -> str:
        if pointer == "%scratch":
            return self._moved(self._slot(Slot.ARENA), -(-self._layout.arena // ALIGNMENT) * ALIGNMENT)
        slots = {"%rows": Slot.ROWS, "%data": data, "%numbers": Slot.NUMBERS, "%gemm": Slot.GEMM}
        if pointer in slots:
            return self._slot(slots[pointer])
        return self._address(*starts[int(pointer.removeprefix("%b"))])

    def _address(self, storage: int, element: int) -> str:
        place = self._layout.places[storage]
        size = BYTES[self._program.storages[storage].dtype]
        return self._moved(self._slot(place.slot), (place.offset + element) * size)

    def _moved(self, pointer: str, distance: int) -> str:
        return self._put(f"getelementptr i8, ptr {pointer}, i64 {distance}") if distance else pointer

    def _slot(self, slot: int) -> str:
        self._slots[int(slot)] = None
        return f"%slot{int(slot)}"

    def _enter(self, phase: Phase) -> None:
        self._lines += self.clock.enter(phase)

    def _continue_if(self, condition: str) -> None:
        number = self._registers
        self._can_stop = True
        self._lines += [f"  br i1 {condition}, label %go{number}, label %stop", f"go{number}:"]

    def _put(self, instruction: str) -> str:
        self._registers += 1
        register = f"%r{self._registers}"
        self._lines.append(f"  {register} = {instruction}")
        return register
