"""Products by dot products: vectors along the inner dimension, where it is contiguous in both factors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.index import Index, constant_index, plus
from minidl_native.codegen.ir_types import BYTES, value_type
from minidl_native.codegen.loops import lanes_for
from minidl_native.codegen.memory import load_lanes, prefetch
from minidl_native.codegen.products.finishing import finish
from minidl_native.codegen.products.lanes import sums_of_lanes
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct
from minidl_native.codegen.target import Target

_LARGE = 1 << 20
"""The bytes of a factor from which on it is fetched before it is needed."""
_AHEAD = 256
"""The number of elements by which it is fetched before they are needed."""


def dot_rows(target: Target, product: MatrixProduct) -> tuple[int, int]:
    """Return the rows and the columns of the result that are computed together."""
    rows, columns = (5, 4) if target.registers >= 32 else (3, 2)  # noqa: PLR2004 - registers
    columns = min(columns, 1 << product.columns.bit_length() - 1)
    return -(-product.rows // -(-product.rows // rows)), columns


def write_dots(writer: FunctionWriter, product: MatrixProduct) -> None:
    """Write a product by dot products; sums along the inner dimension take as many partial sums as there are lanes."""
    rows, columns = dot_rows(writer.target, product)
    product = replace(product, starts=False)

    def columns_of(row: Index, own_rows: int) -> None:
        def one(column: Index, own_columns: int) -> None:
            _write_dots(writer, product, (row, own_rows), (column, own_columns))

        _steps(writer, product.columns, columns, one)

    def rows_of(column: Index, own_columns: int) -> None:
        _steps(writer, product.rows, rows, lambda *own: _write_dots(writer, product, own, (column, own_columns)))

    if product.rows > product.columns:
        _steps(writer, product.rows, rows, columns_of)
    else:  # the larger factor is read once
        _steps(writer, product.columns, columns, rows_of)


def _steps(writer: FunctionWriter, size: int, step: int, body: Callable[[Index, int], None]) -> None:
    """Write a loop in steps, and the rest in powers of two, or at once where steps are none."""
    whole = size // step * step
    with writer.loop(whole, step) as loop:
        body(loop.index, step)
    while whole < size:
        rest = size - whole if step & step - 1 else 1 << (size - whole).bit_length() - 1
        body(constant_index(whole), rest)
        whole += rest


def _write_dots(
    writer: FunctionWriter, product: MatrixProduct, rows: tuple[Index, int], columns: tuple[Index, int]
) -> None:
    """Write the dot products of a few rows and a power of two of columns."""
    dtype, inner = product.dtype, product.inner
    lanes = lanes_for(inner, writer.target.lanes(dtype))
    kind = value_type(dtype, lanes)
    sums = [writer.constant(0.0, dtype, lanes)] * (rows[1] * columns[1])
    whole = inner // lanes * lanes
    if whole:
        with writer.loop(whole, lanes, [(kind, value) for value in sums]) as loop:
            loop.values = _step(writer, product, rows, columns, (loop.index, lanes, lanes), loop.values)
        sums = loop.values
    if whole < inner:
        sums = _step(writer, product, rows, columns, (constant_index(whole), lanes, inner - whole), sums)
    for row in range(rows[1]):
        own = sums[row * columns[1] : (row + 1) * columns[1]]
        _finish(writer, product, plus(rows[0], constant_index(row)), columns[0], own, lanes)


def _step(
    writer: FunctionWriter,
    product: MatrixProduct,
    rows: tuple[Index, int],
    columns: tuple[Index, int],
    inner: tuple[Index, int, int],
    sums: list[str],
) -> list[str]:
    dtype, (place, lanes, count) = product.dtype, inner
    right = product.right.transposed
    large = right if product.inner * product.columns * BYTES[dtype] > _LARGE else None

    def vector(matrix: Matrix, first: Index, at: int) -> str:
        index = matrix.at(plus(first, constant_index(at)), place)
        if matrix is large:
            prefetch(writer, matrix.pointer, index, _AHEAD)
        return load_lanes(writer, matrix.pointer, index, lanes, count)

    others = [vector(right, columns[0], column) for column in range(columns[1])]
    new = []
    for row in range(rows[1]):
        own = vector(product.left, rows[0], row)
        for column, other in enumerate(others):
            before = sums[row * columns[1] + column]
            new.append(write_function(writer, "fma", dtype, (own, other, before), lanes))
    return new


def _finish(
    writer: FunctionWriter, product: MatrixProduct, row: Index, column: Index, sums: list[str], lanes: int
) -> None:
    width = min(len(sums), lanes)
    for first in range(0, len(sums), width):
        total = sums_of_lanes(writer, sums[first : first + width], product.dtype, lanes)
        finish(writer, product, row, plus(column, constant_index(first)), total, width, width)
