"""Values of vectors: operators that write LLVM IR, so that functions read as formulas."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TypeAlias

Operand: TypeAlias = "Value | float"

SIZES = {"float": 32, "double": 64}
"""Bits of the floating-point types."""


class FunctionText:
    """The text of a function of vectors, line by line.

    Attributes:
        lanes: the elements of each vector.
        lines: the instructions.
        declarations: the intrinsic functions that they call.
    """

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.lines: list[str] = []
        self.declarations: set[str] = set()

    def argument(self, name: str, kind: str) -> Value:
        """Return an argument of the function."""
        return Value(self, name, kind)

    def add(self, instruction: str, kind: str) -> Value:
        """Add an instruction and return its result."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {instruction}")
        return Value(self, name, kind)

    def vector(self, kind: str) -> str:
        """Return the type of vectors of elements."""
        return f"<{self.lanes} x {kind}>"

    def call(self, intrinsic: str, *arguments: Value) -> Value:
        """Call an intrinsic function whose arguments and result have one type."""
        kind = arguments[0].kind
        vector = self.vector(kind)
        letter = f"f{SIZES[kind]}" if kind in SIZES else kind
        name = f"{vector} @llvm.{intrinsic}.v{self.lanes}{letter}"
        self.declarations.add(f"declare {name}({', '.join(vector for _ in arguments)})")
        return self.add(f"call {name}({', '.join(f'{vector} {each.text}' for each in arguments)})", kind)


class Value:
    """A vector that a function computes with; Python's operators add instructions for all elements.

    Attributes:
        function: the function.
        text: its name in the text, or a constant.
        kind: the type of the elements: `float`, `double`, `i32`, `i64`; `i1` for a condition.
    """

    def __init__(self, function: FunctionText, text: str, kind: str) -> None:
        self.function, self.text, self.kind = function, text, kind

    def constant(self, number: float) -> Value:
        """Return a number as a vector of this type."""
        lanes = self.function.lanes
        text = f"<{', '.join([f'{self.kind} {_written(number, self.kind)}'] * lanes)}>"
        return Value(self.function, text, self.kind)

    def __add__(self, other: Operand) -> Value:
        return self._apply("add", other)

    def __sub__(self, other: Operand) -> Value:
        return self._apply("sub", other)

    def __rsub__(self, other: float) -> Value:
        return self.constant(other) - self

    def __mul__(self, other: Operand) -> Value:
        return self._apply("mul", other)

    def __truediv__(self, other: Operand) -> Value:
        return self._apply("div", other)

    def __neg__(self) -> Value:
        return self.function.add(f"fneg {self.typed}", self.kind)

    def __and__(self, other: Operand) -> Value:
        return self._apply("and", other)

    def __or__(self, other: Operand) -> Value:
        return self._apply("or", other)

    def __xor__(self, other: Operand) -> Value:
        return self._apply("xor", other)

    def __lshift__(self, other: int) -> Value:
        return self._apply("shl", other)

    def __rshift__(self, other: int) -> Value:
        return self._apply("ashr", other)

    def __lt__(self, other: Operand) -> Value:
        return self._compare("lt", other)

    def __le__(self, other: Operand) -> Value:
        return self._compare("le", other)

    def __gt__(self, other: Operand) -> Value:
        return self._compare("gt", other)

    def equals(self, other: Operand) -> Value:
        """Whether elements are equal; False for NaN."""
        return self._compare("eq", other)

    def times_plus(self, factor: Operand, addend: Operand) -> Value:
        """Return `self * factor + addend`, rounded once."""
        return self.function.call("fma", self, self.like(factor), self.like(addend))

    def absolute(self) -> Value:
        """Return the absolute values."""
        return self.function.call("fabs", self)

    def rounded(self) -> Value:
        """Return the nearest integers, of two the even ones."""
        return self.function.call("rint", self)

    def with_sign_of(self, other: Value) -> Value:
        """Return these absolute values with the signs of others."""
        return self.function.call("copysign", self, other)

    def at_most(self, limit: float) -> Value:
        """Return the smaller of value and limit; NaN stays."""
        return (self > limit).select(limit, self)

    def at_least(self, limit: float) -> Value:
        """Return the larger of value and limit; NaN stays."""
        return (self < limit).select(limit, self)

    def select(self, then: Operand, otherwise: Operand) -> Value:
        """Return, where this condition is true, the elements of `then`, elsewhere of `otherwise`: one is a vector."""
        model = then if isinstance(then, Value) else otherwise
        if not isinstance(model, Value):
            raise TypeError("select needs a vector")
        first, second = model.like(then).typed, model.like(otherwise).typed
        return self.function.add(f"select {self.typed}, {first}, {second}", model.kind)

    def bits(self) -> Value:
        """Return the bits of floating-point numbers as integers."""
        return self._convert("bitcast", f"i{SIZES[self.kind]}")

    def as_number(self) -> Value:
        """Return the floating-point numbers with these bits."""
        return self._convert("bitcast", {"i32": "float", "i64": "double"}[self.kind])

    def to_float(self) -> Value:
        """Return integers as floating-point numbers of their size."""
        return self._convert("sitofp", {"i32": "float", "i64": "double"}[self.kind])

    def widened(self) -> Value:
        """Return float numbers as double numbers."""
        return self._convert("fpext", "double")

    def narrowed(self) -> Value:
        """Return double numbers rounded to float."""
        return self._convert("fptrunc", "float")

    def polynomial(self, coefficients: Sequence[float]) -> Value:
        """Return `c[0] + c[1] x + c[2] x² + …`."""
        result: Value = self.constant(coefficients[-1])
        for coefficient in reversed(coefficients[:-1]):
            result = result.times_plus(self, coefficient)
        return result

    @property
    def typed(self) -> str:
        """The type and the text."""
        return f"{self.function.vector(self.kind)} {self.text}"

    def like(self, operand: Operand) -> Value:
        """Return an operand as a vector of this type."""
        return operand if isinstance(operand, Value) else self.constant(operand)

    def _apply(self, operation: str, other: Operand) -> Value:
        prefix = "f" if self.kind in SIZES else ""
        return self.function.add(f"{prefix}{operation} {self.typed}, {self.like(other).text}", self.kind)

    def _compare(self, relation: str, other: Operand) -> Value:
        if self.kind in SIZES:
            operation = f"fcmp o{relation}"
        else:
            operation = f"icmp {relation}" if relation == "eq" else f"icmp s{relation}"
        return self.function.add(f"{operation} {self.typed}, {self.like(other).text}", "i1")

    def _convert(self, operation: str, kind: str) -> Value:
        return self.function.add(f"{operation} {self.typed} to {self.function.vector(kind)}", kind)


def _written(number: float, kind: str) -> str:
    """Return a constant as LLVM IR has it: floating-point numbers by the bits of the double."""
    if kind not in SIZES:
        return str(int(number))
    if kind == "float":
        (number,) = struct.unpack("<f", struct.pack("<f", number))
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
