"""Packing: a part of a right factor copied to scratch memory row by row, where its columns are not contiguous."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import ZERO, Index, constant_index, plus
from minidl_native.codegen.memory import load_lanes, store_lanes
from minidl_native.codegen.products.lanes import FEW, pick, transpose
from minidl_native.codegen.products.matrix import Matrix


def pack(writer: FunctionWriter, right: Matrix, inner: int, vectors: Sequence[tuple[int, int]], lanes: int) -> Matrix:
    """Write the copy of the columns of a matrix to scratch memory.

    Args:
        writer: the function that is being written.
        right: the matrix, from the first row and column on that are needed.
        inner: its rows.
        vectors: the first column of each vector and the number of columns in it.
        lanes: the elements of a vector.

    Returns:
        The copy, whose rows are whole vectors.
    """
    dtype, width = right.pointer.dtype, lanes * len(vectors)
    packed = Matrix(writer.scratch_memory(dtype, inner * width), ZERO, width, 1)
    columns = vectors[-1][0] + vectors[-1][1]
    if inner <= FEW and right.row == 1 and right.column == inner and lanes > 1:
        _sort(writer, right, packed, inner, columns, lanes)
    elif right.row == 1 and lanes > 1 and inner >= lanes // 2:
        for first, count in vectors:
            _transpose_blocks(writer, right, packed, inner, (first, count), lanes)
    else:
        with writer.loop(inner) as loop:
            for first, count in vectors:
                place = right.at(loop.index, constant_index(first))
                value = load_lanes(writer, right.pointer, place, lanes, count, right.column)
                store_lanes(writer, value, packed.pointer, packed.at(loop.index, constant_index(first)), lanes)
    return packed


def _sort(writer: FunctionWriter, right: Matrix, packed: Matrix, inner: int, columns: int, lanes: int) -> None:
    """Copy a few rows whose elements alternate in memory."""
    dtype, total = packed.pointer.dtype, inner * columns
    sources = [
        load_lanes(writer, right.pointer, plus(right.index, constant_index(first)), lanes, min(lanes, total - first))
        for first in range(0, total, lanes)
    ]
    for row in range(inner):
        for first in range(0, columns, lanes):
            places = [column * inner + row for column in range(first, min(first + lanes, columns))]
            value = pick(writer, sources, dtype, lanes, places + [-1] * (lanes - len(places)))
            store_lanes(writer, value, packed.pointer, packed.at(constant_index(row), constant_index(first)), lanes)


def _transpose_blocks(
    writer: FunctionWriter, right: Matrix, packed: Matrix, inner: int, columns: tuple[int, int], lanes: int
) -> None:
    """Copy columns that are contiguous in memory by square blocks, transposed in registers."""
    dtype, (first, count) = packed.pointer.dtype, columns

    def block(start: Index, rows: int) -> None:
        loaded = [
            load_lanes(writer, right.pointer, right.at(start, constant_index(first + column)), lanes, rows)
            for column in range(count)
        ]
        zero = writer.constant(0.0, dtype, lanes)
        turned = transpose(writer, loaded + [zero] * (lanes - count), dtype, lanes)
        for row in range(rows):
            place = packed.at(plus(start, constant_index(row)), constant_index(first))
            store_lanes(writer, turned[row], packed.pointer, place, lanes)

    whole = inner // lanes * lanes
    if whole:
        with writer.loop(whole, lanes) as loop:
            block(loop.index, lanes)
    if whole < inner:
        block(constant_index(whole), inner - whole)
