"""Writes the body of a function: instructions, constants, loops and addresses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from minidl_native.codegen.index import ZERO, Index
from minidl_native.codegen.ir_types import BYTES, literal, stored_type, value_type
from minidl_native.codegen.pointer import Pointer
from minidl_native.codegen.target import Target
from minidl_native.kernels.view import DType


@dataclass
class Loop:
    """A loop that is being written.

    Attributes:
        index: its counter; zero if there is a single iteration, which is written without a loop.
        values: the registers carried from one iteration to the next: set those of the next one in the loop's body;
            after the loop, they are the final ones.
    """

    index: Index
    values: list[str]


@dataclass
class FunctionWriter:
    """The text of a function, while it is written.

    A value is a register or a constant, of `lanes` elements; with one lane, it is a scalar. Where fewer than all lanes
    are loaded, the others are zero.

    Attributes:
        target: the processor.
        lines: the instructions.
        declared: the declarations of intrinsic functions that were used.
        mathematics: the functions and types of mathematics that were used.
        used: the names of the pointers that were used.
        scratch: the bytes of scratch memory that were reserved.
        invariant: the values that are computed at the function's entry, from constants and numbers.
    """

    target: Target
    lines: list[str] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    mathematics: set[tuple[str, DType]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    scratch: int = 0
    _entry: list[str] = field(default_factory=list)
    _hoisted: dict[tuple[object, ...], str] = field(default_factory=dict)
    invariant: set[str] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _reserved: int = 0
    _block: str = "entry"
    _registers: int = 0
    _bases: list[dict[tuple[object, ...], str]] = field(default_factory=lambda: [{}])

    def body(self) -> list[str]:
        """Return all instructions, from the function's entry on."""
        return [*self._entry, *self.lines]

    # Instructions

    def fresh(self, prefix: str = "v") -> str:
        """Return the name of a new register."""
        self._registers += 1
        return f"%{prefix}{self._registers}"

    def put(self, instruction: str) -> str:
        """Write an instruction and return the register of its result."""
        self._registers += 1
        register = f"%v{self._registers}"
        self.lines.append(f"  {register} = {instruction}")
        return register

    def call(self, name: str, result: str, arguments: Sequence[tuple[str, str]], flags: str = "") -> str:
        """Call an intrinsic function with arguments as pairs of types and values."""
        types = ", ".join(kind for kind, _ in arguments)
        self.declared.add(f"declare {result} @{name}({types})")
        values = ", ".join(f"{kind} {value}" for kind, value in arguments)
        return self.put(f"call {flags}{result} @{name}({values})")

    # Constants, written once at the function's entry

    def constant(self, value: float, dtype: DType, lanes: int = 1) -> str:
        """Return a constant in all lanes."""
        register = self.splat(literal(value, dtype), dtype, lanes, is_hoisted=True)
        self.invariant.add(register)
        if not math.isnan(value):
            self._numbers.add(register)
        return register

    def at_entry(self, key: tuple[object, ...], write: Callable[[], str]) -> str:
        """Return a value that is the same everywhere in the function; it is written at the entry, once for each key."""
        if key not in self._hoisted:
            lines, self.lines = self.lines, self._entry
            self._hoisted[key] = write()
            self.lines = lines
            self.invariant.add(self._hoisted[key])
        return self._hoisted[key]

    def is_number(self, value: str) -> bool:
        """Whether a value is a constant other than NaN."""
        return value in self._numbers

    def splat(self, scalar: str, dtype: DType, lanes: int, *, is_hoisted: bool = False) -> str:
        """Return a vector with a scalar in all lanes; a hoisted one is made at the function's entry."""
        if lanes == 1:
            return scalar
        key = (scalar, dtype, lanes)
        if is_hoisted and key in self._hoisted:
            return self._hoisted[key]
        kind = value_type(dtype, lanes)
        first, vector = self.fresh("s"), self.fresh("s")
        lines = self._entry if is_hoisted else self.lines
        lines.append(f"  {first} = insertelement {kind} poison, {value_type(dtype, 1)} {scalar}, i32 0")
        lines.append(f"  {vector} = shufflevector {kind} {first}, {kind} poison, <{lanes} x i32> zeroinitializer")
        if is_hoisted:
            self._hoisted[key] = vector
        return vector

    def number(self, index: int, dtype: DType, lanes: int = 1) -> str:
        """Return a number that may change from step to step, in all lanes."""
        key = ("number", index, dtype)
        if key not in self._hoisted:
            self.used.add("%numbers")
            place, loaded, rounded = self.fresh("n"), self.fresh("n"), self.fresh("n")
            self._entry.append(f"  {place} = getelementptr double, ptr %numbers, i64 {index}")
            self._entry.append(f"  {loaded} = load double, ptr {place}, align 8")
            if dtype == "f32":
                self._entry.append(f"  {rounded} = fptrunc double {loaded} to float")
            elif dtype == "i64":
                self._entry.append(f"  {rounded} = fptosi double {loaded} to i64")
            elif dtype == "b1":
                self._entry.append(f"  {rounded} = fcmp une double {loaded}, 0.0")
            self._hoisted[key] = loaded if dtype == "f64" else rounded
        register = self.splat(self._hoisted[key], dtype, lanes, is_hoisted=True)
        self.invariant.add(register)
        return register

    def variable(self, kind: str, value: str, align: int) -> str:
        """Return the address of a new variable with a value, for functions that take addresses."""
        address = self.fresh("m")
        self._entry.append(f"  {address} = alloca {kind}, align {align}")
        self.lines.append(f"  store {kind} {value}, ptr {address}, align {align}")
        return address

    # Loops

    @contextmanager
    def loop(self, count: int, step: int = 1, carried: Sequence[tuple[str, str]] = ()) -> Iterator[Loop]:
        """Write a loop whose counter goes from 0 to `count` in steps.

        Args:
            count: the end of the counter, more than 0.
            step: the distance of its values.
            carried: the type and the first value of each register that is carried along.
        """
        if count <= step:
            yield Loop(ZERO, [value for _, value in carried])
            return
        counter = self.fresh("i")
        number = self._registers
        names = [self.fresh("a") for _ in carried]
        self.lines.append(f"  br label %loop{number}")
        self.lines.append(f"loop{number}:")
        at, before, self._block = len(self.lines), self._block, f"loop{number}"
        self._bases.append(dict(self._bases[-1]))
        loop = Loop({counter: 1}, list(names))
        yield loop
        self._bases.pop()
        following = self.put(f"add nuw nsw i64 {counter}, {step}")
        condition = self.put(f"icmp ult i64 {following}, {count}")
        self.lines.append(f"  br i1 {condition}, label %loop{number}, label %end{number}")
        heads = [f"  {counter} = phi i64 [0, %{before}], [{following}, %{self._block}]"]
        for name, (kind, first), last in zip(names, carried, loop.values, strict=True):
            heads.append(f"  {name} = phi {kind} [{first}, %{before}], [{last}, %{self._block}]")
        self.lines[at:at] = heads
        self.lines.append(f"end{number}:")
        self._block = f"end{number}"

    # Memory

    def place(self, pointer: Pointer, index: Index) -> str:
        """Return the address of an element."""
        name, dtype = pointer.name, stored_type(pointer.dtype)
        self.used.add(name)
        counters = tuple((counter, factor) for counter, factor in index.items() if counter and factor)
        if counters:
            key = (name, dtype, counters)
            base = self._bases[-1].get(key)
            if base is None:
                base = self.put(f"getelementptr inbounds {dtype}, ptr {name}, i64 {self._sum(counters)}")
                self._bases[-1][key] = base
            name = base
        offset = index.get("", 0)
        return self.put(f"getelementptr inbounds {dtype}, ptr {name}, i64 {offset}") if offset else name

    def scratch_memory(self, dtype: DType, count: int) -> Pointer:
        """Reserve scratch memory for elements, aligned to 64 bytes."""
        offset = self._reserved
        self._reserved += -(-count * BYTES[dtype] // 64) * 64
        self.scratch = max(self.scratch, self._reserved)
        self.used.add("%scratch")
        if not offset:
            return Pointer("%scratch", dtype)
        address = self.fresh("scratch")
        self._entry.append(f"  {address} = getelementptr i8, ptr %scratch, i64 {offset}")
        return Pointer(address, dtype)

    @contextmanager
    def scratch_scope(self) -> Iterator[None]:
        """Free the scratch memory that is reserved within the context."""
        before = self._reserved
        yield
        self._reserved = before

    def _sum(self, counters: tuple[tuple[str, int], ...]) -> str:
        total = ""
        for counter, factor in counters:
            term = counter if factor == 1 else self.put(f"mul nuw nsw i64 {counter}, {factor}")
            total = self.put(f"add nuw nsw i64 {total}, {term}") if total else term
        return total
