"""The values of expressions for a vector of elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minidl_native.codegen.domain import Access
from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.index import Index, along
from minidl_native.codegen.memory import load_lanes, store_lanes
from minidl_native.codegen.pointer import Pointer
from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number
from minidl_native.kernels.view import DType, View


class Values:
    """Computes expressions at one place of a domain; equal parts and known elements are computed and loaded once.

    Attributes:
        lanes: the elements of a value.
        count: those that count; the others are loaded as zero, and not stored.
    """

    def __init__(
        self,
        writer: FunctionWriter,
        accesses: Mapping[View, Access],
        index: Sequence[Index],
        dim: int = 0,
        lanes: int = 1,
        count: int | None = None,
    ) -> None:
        """Set the place.

        Args:
            writer: the function that is being written.
            accesses: the strides of views in the domain.
            index: the index along each dimension of the domain.
            dim: the dimension that the lanes go along.
            lanes: the elements of a value.
            count: those that count; None for all.
        """
        self.lanes = lanes
        self.count = lanes if count is None else count
        self._writer, self._accesses, self._index, self._dim = writer, accesses, index, dim
        self._loaded: dict[tuple[int, Access], str] = {}
        self._applied: dict[tuple[object, ...], str] = {}

    def __call__(self, expression: Expression) -> str:
        """Return the value of an expression."""
        if isinstance(expression, Load):
            return self.load(expression.view)
        if isinstance(expression, Constant):
            return self._writer.constant(expression.value, expression.dtype, self.lanes)
        if isinstance(expression, Number):
            return self._writer.number(expression.index, expression.dtype, self.lanes)
        return self._apply(expression)

    def remember(self, view: View, value: str) -> None:
        """Set the value of the elements of a view from now on."""
        self._loaded[view.storage, self._accesses[view]] = value

    def store(self, view: View, value: str) -> None:
        """Store the elements of a view."""
        pointer, index, stride = self._place(view)
        store_lanes(self._writer, value, pointer, index, self.lanes, self.count, stride)

    def _place(self, view: View) -> tuple[Pointer, Index, int]:
        access = self._accesses[view]
        index = along(self._index, access.strides, access.offset)
        stride = access.strides[self._dim] if access.strides else 1
        return Pointer(f"%b{view.storage}", view.dtype), index, stride

    def load(self, view: View) -> str:
        """Return the elements of a view."""
        key = (view.storage, self._accesses[view])
        if key not in self._loaded:
            pointer, index, stride = self._place(view)
            self._loaded[key] = load_lanes(self._writer, pointer, index, self.lanes, self.count, stride)
        return self._loaded[key]

    def _apply(self, expression: Apply) -> str:
        arguments = tuple(map(self, expression.arguments))
        of: tuple[DType, ...] = tuple(argument.dtype for argument in expression.arguments)
        key = (expression.function, expression.dtype, of, arguments, self.lanes)
        if self._writer.invariant.issuperset(arguments):
            return self._writer.at_entry(key, lambda: self._write(expression, arguments, of))
        if key not in self._applied:
            self._applied[key] = self._write(expression, arguments, of)
        return self._applied[key]

    def _write(self, expression: Apply, arguments: Sequence[str], of: Sequence[DType]) -> str:
        return write_function(self._writer, expression.function, expression.dtype, arguments, self.lanes, of)
