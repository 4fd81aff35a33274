"""The start and the end of the sums of a product: addends, factors and stores."""

from __future__ import annotations

from dataclasses import replace

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.index import Index
from minidl_native.codegen.loops import nest
from minidl_native.codegen.memory import load_lanes, store_lanes
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct, Scalar


def start(writer: FunctionWriter, product: MatrixProduct, row: Index, column: Index, lanes: int, count: int) -> str:
    """Return what a sum starts from: the addend if that is all there is to do, else zero."""
    if not product.starts_from_addend or product.addend is None:
        return writer.constant(0.0, product.dtype, lanes)
    addend = product.addend
    return load_lanes(writer, addend.pointer, addend.at(row, column), lanes, count, addend.column)


def finish(
    writer: FunctionWriter, product: MatrixProduct, row: Index, column: Index, total: str, lanes: int, count: int
) -> None:
    """Scale a sum, add the addend unless the sum started from it, and store the result."""
    dtype, out, addend = product.dtype, product.out, product.addend
    if not product.starts_from_addend:
        total = _scaled(writer, product, total, product.alpha, lanes)
        if addend is not None:
            added = load_lanes(writer, addend.pointer, addend.at(row, column), lanes, count, addend.column)
            added = _scaled(writer, product, added, product.beta, lanes)
            total = write_function(writer, "add", dtype, (added, total), lanes)
    store_lanes(writer, total, out.pointer, out.at(row, column), lanes, count, out.column)


def write_start(writer: FunctionWriter, product: MatrixProduct) -> None:
    """Write the addend with its factor, or zeros, to the result: sums are then added to it."""
    out, addend = product.out, product.addend
    if addend == out and product.beta.is_one:
        return

    def body(index: list[Index], lanes: int, count: int) -> None:
        if addend is None:
            value = writer.constant(0.0, product.dtype, lanes)
        else:
            value = load_lanes(writer, addend.pointer, addend.at(*index), lanes, count, addend.column)
            value = _scaled(writer, product, value, product.beta, lanes)
        store_lanes(writer, value, out.pointer, out.at(*index), lanes, count, out.column)

    nest(writer, (product.rows, product.columns), writer.target.lanes(product.dtype), body)


def write_finish(writer: FunctionWriter, product: MatrixProduct, sums: Matrix) -> None:
    """Write the result from the bare sums of the whole product."""
    whole = replace(product, starts=False)

    def body(index: list[Index], lanes: int, count: int) -> None:
        total = load_lanes(writer, sums.pointer, sums.at(*index), lanes, count)
        row, column = index
        finish(writer, whole, row, column, total, lanes, count)

    nest(writer, (product.rows, product.columns), writer.target.lanes(product.dtype), body)


def _scaled(writer: FunctionWriter, product: MatrixProduct, value: str, factor: Scalar, lanes: int) -> str:
    if factor.is_one:
        return value
    dtype = product.dtype
    return write_function(writer, "mul", dtype, (value, writer.splat(factor.value, dtype, lanes)), lanes)
