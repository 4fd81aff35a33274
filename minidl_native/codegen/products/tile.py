"""A register tile of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.functions import write_function
from minidl_native.codegen.index import ZERO, Index, constant_index, multiple, plus
from minidl_native.codegen.ir_types import value_type
from minidl_native.codegen.memory import load_lanes, prefetch
from minidl_native.codegen.products.finishing import finish, start
from minidl_native.codegen.products.lanes import FEW, pick
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct

_UNROLLED = 64
"""The most multiplications of vectors that are written without a loop."""


@dataclass(frozen=True)
class Tile:
    """A part of a product's result.

    Attributes:
        row: the first row.
        rows: the number of rows.
        column: the first column.
        vectors: the first column of each vector, from `column` on, and the columns in it.
        lanes: the elements of a vector.
        right: the right factor from `column` on, with contiguous columns.
        ahead: the number of columns by which the right factor is fetched before it is needed; 0 for a small one.
        out_ahead: the same for the result.
    """

    row: Index
    rows: int
    column: Index
    vectors: Sequence[tuple[int, int]]
    lanes: int
    right: Matrix
    ahead: int = 0
    out_ahead: int = 0


def write_tile(writer: FunctionWriter, product: MatrixProduct, tile: Tile) -> None:
    """Write the sums of a tile, and what follows them."""
    kind, zero = value_type(product.dtype, tile.lanes), writer.constant(0.0, product.dtype, tile.lanes)
    places, is_flat = _places(tile), _is_flat(product, tile)
    for row, column, _ in places if tile.out_ahead else ():
        prefetch(writer, product.out.pointer, product.out.at(row, column), tile.out_ahead)
    sums = [zero if is_flat else start(writer, product, *place[:2], tile.lanes, place[2]) for place in places]
    if product.inner * len(sums) <= _UNROLLED:
        for inner in range(product.inner):
            sums = _step(writer, product, tile, constant_index(inner), sums)
    else:
        with writer.loop(product.inner, 1, [(kind, value) for value in sums]) as loop:
            loop.values = _step(writer, product, tile, loop.index, loop.values)
        sums = loop.values
    if is_flat:
        _finish_flat(writer, product, tile, sums)
        return
    for (row, column, count), total in zip(places, sums, strict=True):
        finish(writer, product, row, column, total, tile.lanes, count)


def _places(tile: Tile) -> list[tuple[Index, Index, int]]:
    """Return the row, the first column and the number of columns of each vector."""
    return [
        (plus(tile.row, constant_index(row)), plus(tile.column, constant_index(first)), count)
        for row in range(tile.rows)
        for first, count in tile.vectors
    ]


def _step(writer: FunctionWriter, product: MatrixProduct, tile: Tile, inner: Index, sums: Sequence[str]) -> list[str]:
    """Add the products of a column of the left factor and a row of the right one."""
    dtype, lanes, left, right = product.dtype, tile.lanes, product.left, tile.right
    columns = [
        load_lanes(writer, right.pointer, right.at(inner, constant_index(first)), lanes, count, right.column)
        for first, count in tile.vectors
    ]
    if tile.ahead:
        for first, _ in tile.vectors:
            prefetch(writer, right.pointer, right.at(inner, constant_index(first)), tile.ahead)
    new, before = [], iter(sums)
    for row in range(tile.rows):
        element = load_lanes(writer, left.pointer, left.at(plus(tile.row, constant_index(row)), inner))
        repeated = writer.splat(element, dtype, lanes)
        new += [write_function(writer, "fma", dtype, (repeated, column, next(before)), lanes) for column in columns]
    return new


def _is_flat(product: MatrixProduct, tile: Tile) -> bool:
    """Whether a few rows make up the whole result, and alternate in memory."""
    out, addend = product.out, product.addend
    alike = addend is None or (addend.row, addend.column) == (out.row, out.column)
    alternate = out.row == 1 and out.column == product.rows == tile.rows
    return alike and alternate and 1 < tile.rows <= FEW and tile.lanes > 1


def _finish_flat(writer: FunctionWriter, product: MatrixProduct, tile: Tile, sums: Sequence[str]) -> None:
    """Finish the rows of a tile in the order in which they lie in memory."""
    lanes, rows, vectors = tile.lanes, tile.rows, len(tile.vectors)
    total = rows * sum(count for _, count in tile.vectors)
    flat = replace(product, out=_flat(product.out), addend=product.addend and _flat(product.addend), starts=False)
    for first in range(0, total, lanes):
        places = [divmod(place, rows) for place in range(first, min(first + lanes, total))]
        choice = [row * vectors * lanes + column for column, row in places]
        value = pick(writer, sums, product.dtype, lanes, choice + [-1] * (lanes - len(choice)))
        column = plus(multiple(tile.column, rows), constant_index(first))
        finish(writer, flat, ZERO, column, value, lanes, len(choice))


def _flat(matrix: Matrix) -> Matrix:
    return replace(matrix, row=0, column=1)
