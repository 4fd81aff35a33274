"""The time of each phase: processor cycles of every 16th step, extrapolated to all steps."""

from __future__ import annotations

from typing import Literal, get_args

from minidl_native.kernels.kernel import Phase

PHASES: tuple[Phase, ...] = get_args(Phase)

_SHIFT = 4
"""The cycles of one step in 2^4 are read."""
_READ = {
    "x86": "call i64 @llvm.readcyclecounter()",
    "arm64": "call i64 @llvm.read_volatile_register.i64(metadata !0)",
}
"""How cycles are read; on arm64, programs may not read the counter of cycles, but that of time."""
_DECLARATIONS = {
    "x86": "declare i64 @llvm.readcyclecounter()",
    "arm64": 'declare i64 @llvm.read_volatile_register.i64(metadata)\n!0 = !{!"cntvct_el0"}',
}


class Clock:
    """Writes the measurement of phases into the function that takes the steps."""

    def __init__(self, kind: Literal["x86", "arm64"]) -> None:
        self._kind: Literal["x86", "arm64"] = kind
        self._phase: Phase | None = None
        self._reads = 0

    @property
    def declaration(self) -> str:
        """The declaration of the function that reads the time."""
        return _DECLARATIONS[self._kind]

    def variables(self) -> list[str]:
        """Return the lines that make the variables, at the function's entry."""
        lines = ["  %last = alloca i64, align 8"]
        for phase in PHASES:
            lines += [f"  %sum_{phase} = alloca i64, align 8", f"  store i64 0, ptr %sum_{phase}, align 8"]
        return lines

    def begin(self) -> list[str]:
        """Return the lines that decide whether a step is timed; `%number` is its number."""
        self._phase = None
        return [
            f"  %place = and i64 %number, {(1 << _SHIFT) - 1}",
            "  %timed = icmp eq i64 %place, 0",
        ]

    def enter(self, phase: Phase | None) -> list[str]:
        """Return the lines where a phase begins, or the step ends for None; none if the phase goes on."""
        before, self._phase = self._phase, phase
        if before == phase:
            return []
        number, self._reads = self._reads, self._reads + 1
        lines = [
            f"  br i1 %timed, label %read{number}, label %phase{number}",
            f"read{number}:",
            f"  %now{number} = {_READ[self._kind]}",
        ]
        if before is not None:
            lines += [
                f"  %then{number} = load i64, ptr %last, align 8",
                f"  %taken{number} = sub i64 %now{number}, %then{number}",
                f"  %sum{number} = load i64, ptr %sum_{before}, align 8",
                f"  %more{number} = add i64 %sum{number}, %taken{number}",
                f"  store i64 %more{number}, ptr %sum_{before}, align 8",
            ]
        lines.append(f"  store i64 %now{number}, ptr %last, align 8")
        return [*lines, f"  br label %phase{number}", f"phase{number}:"]

    def end(self, cycles: str) -> list[str]:
        """Return the lines that add the cycles of all steps to a table; `%begun` is the number of steps begun."""
        lines = [f"  %over = add i64 %begun, {(1 << _SHIFT) - 1}", f"  %timed_steps = lshr i64 %over, {_SHIFT}"]
        for number, phase in enumerate(PHASES):
            lines += [
                f"  %read_{phase} = load i64, ptr %sum_{phase}, align 8",
                f"  %product_{phase} = mul i64 %read_{phase}, %begun",
                f"  %cycles_{phase} = udiv i64 %product_{phase}, %timed_steps",
                f"  %at_{phase} = getelementptr i64, ptr {cycles}, i64 {number}",
                f"  %before_{phase} = load i64, ptr %at_{phase}, align 8",
                f"  %after_{phase} = add i64 %before_{phase}, %cycles_{phase}",
                f"  store i64 %after_{phase}, ptr %at_{phase}, align 8",
            ]
        return lines
