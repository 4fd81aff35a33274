"""Values: expressions with operators, so that the tables of lowering are formulas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from minidl_native.kernels.expression import Apply, Constant, Expression, Load, loads
from minidl_native.kernels.view import DType, View

FLOATS = ("f32", "f64")
"""The floating-point types."""


def broadcast_shape(shapes: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the shape that shapes are broadcast to, by PyTorch's rules."""
    reversed_sizes = zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    return tuple(next((size for size in sizes if size != 1), 1) for sizes in reversed_sizes)[::-1]


class NoKernelError(Exception):
    """An operation, or a use of it, has no kernel: PyTorch runs it."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression with the operators of Python.

    Operands are values or Python's numbers, which take the other operand's type; a b1 beside a number becomes a number.
    Between b1, `+` is "or" and `*` is "and", as in PyTorch. Shapes are broadcast.

    Raises:
        NoKernelError: kernels lack the function for this type.
    """

    expression: Expression

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self.expression.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that all loads are broadcast to."""
        return broadcast_shape(view.shape for view in loads(self.expression))

    def to(self, dtype: DType) -> Term:
        """Return the value converted to a type, as PyTorch converts."""
        return self if dtype == self.dtype else Term(Apply("convert", (self.expression,), dtype))

    def __add__(self, other: Operand) -> Term:
        return binary("add", self, other)

    def __radd__(self, other: Operand) -> Term:
        return binary("add", other, self)

    def __sub__(self, other: Operand) -> Term:
        return binary("sub", self, other)

    def __rsub__(self, other: Operand) -> Term:
        return binary("sub", other, self)

    def __mul__(self, other: Operand) -> Term:
        return self if _is_one(other) else binary("mul", self, other)

    def __rmul__(self, other: Operand) -> Term:
        return self if _is_one(other) else binary("mul", other, self)

    def __truediv__(self, other: Operand) -> Term:
        return binary("div", self, other)

    def __rtruediv__(self, other: Operand) -> Term:
        return binary("div", other, self)

    def __neg__(self) -> Term:
        return unary("neg", self)

    def __abs__(self) -> Term:
        return self if self.dtype == "b1" else unary("abs", self)

    def __invert__(self) -> Term:
        return unary("not", self)

    def __and__(self, other: Operand) -> Term:
        return binary("and", self, other)

    def __or__(self, other: Operand) -> Term:
        return binary("or", self, other)

    def __xor__(self, other: Operand) -> Term:
        return binary("xor", self, other)

    def __lt__(self, other: Operand) -> Term:
        return comparison("lt", self, other)

    def __le__(self, other: Operand) -> Term:
        return comparison("le", self, other)

    def __gt__(self, other: Operand) -> Term:
        return comparison("gt", self, other)

    def __ge__(self, other: Operand) -> Term:
        return comparison("ge", self, other)


Operand: TypeAlias = Term | float
"""A value, or a number of Python."""

_OF_BOOLS = {"add": "or", "mul": "and", "maximum": "or", "minimum": "and"}
_OF_BITS = ("and", "or", "xor", "not")
_OF_INTEGERS = ("add", "sub", "mul", "neg", "abs", "sign", "maximum", "minimum", *_OF_BITS)


def term_of(view: View) -> Term:
    """Return the elements of a view."""
    return Term(Load(view))


def constant(number: float, dtype: DType) -> Term:
    """Return a number of Python as a value of a type."""
    if dtype in FLOATS:
        return Term(Constant(float(number), dtype))
    if dtype == "b1":
        return Term(Constant(bool(number), dtype))
    if not float(number).is_integer():
        raise NoKernelError(f"{number} as {dtype}")
    return Term(Constant(int(number), dtype))


def _is_one(operand: Operand) -> bool:
    return not isinstance(operand, Term) and operand == 1 and operand is not True


def common(first: Operand, second: Operand) -> tuple[Term, Term]:
    """Return two operands as values of one type."""
    if not isinstance(first, Term):
        if not isinstance(second, Term):
            raise NoKernelError("two numbers")
        return constant(first, second.dtype), second
    if not isinstance(second, Term):
        return first, constant(second, first.dtype)
    if first.dtype != second.dtype and "b1" not in {first.dtype, second.dtype}:
        raise NoKernelError(f"{first.dtype} and {second.dtype}")
    dtype = first.dtype if second.dtype == "b1" else second.dtype
    return first.to(dtype), second.to(dtype)


def unary(function: str, x: Term) -> Term:
    """Return a function of one value."""
    _require(function, x.dtype)
    return Term(Apply(function, (x.expression,), x.dtype))


def binary(function: str, first: Operand, second: Operand) -> Term:
    """Return a function of two operands of one type."""
    x, y = common(first, second)
    function = _OF_BOOLS.get(function, function) if x.dtype == "b1" else function
    _require(function, x.dtype)
    return Term(Apply(function, (x.expression, y.expression), x.dtype))


def _require(function: str, dtype: DType) -> None:
    known = _OF_INTEGERS if dtype == "i64" else _OF_BITS
    if function in _OF_BITS if dtype in FLOATS else function not in known:
        raise NoKernelError(f"{function} of {dtype}")


def comparison(relation: str, first: Operand, second: Operand) -> Term:
    """Return where two operands are in a relation: eq, ne, lt, le, gt or ge."""
    x, y = common(first, second)
    if x.dtype == "b1" and relation not in {"eq", "ne"}:
        x, y = x.to("i64"), y.to("i64")
    return Term(Apply(relation, (x.expression, y.expression), "b1"))
