"""Products by register tiles: a few rows times a few vectors of columns are summed in registers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import ZERO, Index, constant_index
from minidl_native.codegen.ir_types import BYTES
from minidl_native.codegen.loops import lanes_for
from minidl_native.codegen.products.finishing import write_finish, write_start
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct, Scalar
from minidl_native.codegen.products.packing import pack
from minidl_native.codegen.products.tile import Tile, write_tile
from minidl_native.codegen.target import Target

_LOOPED = 2
"""The most groups of columns that are written one after the other, without a loop."""
_MOST_VECTORS = 8
"""The most vectors of columns in a tile."""
_PACKED_ROWS = 512
"""The most rows of a right factor that are packed at a time: with two vectors, they fit into the second-level cache."""
_LONG = 2048
"""Longer sums are taken in parts, whose errors add up less."""
_STREAMED_ROWS = 16
"""The rows of a large right factor that are read side by side."""
_AHEAD = 128
"""The columns by which rows of a large right factor are fetched before they are needed, since the processor does not
foresee that many streams."""
_OUT_AHEAD = 64
"""The same for the rows of a large result."""
_LARGE = 1 << 20
"""Bytes of a right factor from which on it is read row by row rather than by columns of vectors."""
_SHALLOW = 64
"""Inner dimensions up to this size make products whose result is larger than the factors."""
_LARGE_RESULT = 1 << 18


@dataclass(frozen=True)
class Blocking:
    """How a product is divided into tiles.

    Attributes:
        lanes: the elements of a vector.
        rows: the rows of a tile.
        vectors: the vectors of columns of a tile.
        inner: the inner dimension of a block.
        ahead: the number of columns by which the right factor is fetched before it is needed.
        out_ahead: the same for the result, of tiles that go along its rows; 0 for tiles that go along columns.
    """

    lanes: int
    rows: int
    vectors: int
    inner: int
    ahead: int
    out_ahead: int


def blocking(target: Target, product: MatrixProduct) -> Blocking:
    """Return how a product is divided into tiles: sums fill most of the registers."""
    lanes = lanes_for(product.columns, target.lanes(product.dtype))
    most, sums = (12, 24) if target.registers >= 32 else (5, 10)  # noqa: PLR2004 - registers
    rows = -(-product.rows // -(-product.rows // most))
    vectors = min(-(-product.columns // lanes), _MOST_VECTORS, max(2, sums // rows))
    inner, ahead = product.inner, 0
    is_packed, is_large = needs_packing(product), inner * product.columns * BYTES[product.dtype] > _LARGE
    if not is_packed and is_large and product.rows <= 2 * most:
        inner, ahead = min(inner, _STREAMED_ROWS), _AHEAD
    elif is_packed or inner > _LONG:
        inner = min(inner, _PACKED_ROWS)
    size = product.rows * product.columns * BYTES[product.dtype]
    is_shallow = not is_packed and product.inner <= _SHALLOW and size > _LARGE_RESULT
    return Blocking(lanes, rows, vectors, inner, ahead, _OUT_AHEAD if is_shallow else 0)


def needs_packing(product: MatrixProduct) -> bool:
    """Whether the right factor's columns are not contiguous."""
    return product.right.column != 1 and product.columns > 1


def write_tiles(writer: FunctionWriter, product: MatrixProduct) -> None:
    """Write a product by register tiles."""
    blocks = blocking(writer.target, product)
    if blocks.inner == product.inner:
        _write_block(writer, product, blocks)
        return
    with writer.scratch_scope():
        sums = product if product.alpha.is_one and product.addend != product.out else _in_scratch(writer, product)
        write_start(writer, sums)
        blocked = replace(sums, addend=sums.out, beta=Scalar("", is_one=True))
        whole = product.inner // blocks.inner * blocks.inner
        with writer.loop(whole, blocks.inner) as loop:
            _write_block(writer, _part(blocked, loop.index, blocks.inner), blocks)
        if whole < product.inner:
            _write_block(writer, _part(blocked, constant_index(whole), product.inner - whole), blocks)
        if sums is not product:
            write_finish(writer, product, sums.out)


def _in_scratch(writer: FunctionWriter, product: MatrixProduct) -> MatrixProduct:
    """Return the bare product, in scratch memory: parts of long sums are not rounded to what they are added to."""
    pointer = writer.scratch_memory(product.dtype, product.rows * product.columns)
    out = Matrix(pointer, ZERO, product.columns, 1)
    return replace(product, out=out, addend=None, alpha=Scalar("", is_one=True))


def _part(product: MatrixProduct, start: Index, inner: int) -> MatrixProduct:
    left, right = product.left.moved(ZERO, start), product.right.moved(start, ZERO)
    return replace(product, left=left, right=right, inner=inner)


def _write_block(writer: FunctionWriter, product: MatrixProduct, blocks: Blocking) -> None:
    if blocks.out_ahead:

        def rows_of_tiles(row: Index, rows: int) -> None:
            _groups(writer, product, blocks, lambda *group: _tile(writer, product, blocks, (row, rows), group))

        _row_tiles(writer, product, blocks, rows_of_tiles)
        return

    def columns_of_tiles(column: Index, vectors: Sequence[tuple[int, int]]) -> None:
        right = product.right.moved(ZERO, column)
        group = (column, vectors)
        with writer.scratch_scope():
            if needs_packing(product):
                right = pack(writer, right, product.inner, vectors, blocks.lanes)
            _row_tiles(writer, product, blocks, lambda *rows: _tile(writer, product, blocks, rows, group, right))

    _groups(writer, product, blocks, columns_of_tiles)


def _tile(
    writer: FunctionWriter,
    product: MatrixProduct,
    blocks: Blocking,
    rows: tuple[Index, int],
    group: tuple[Index, Sequence[tuple[int, int]]],
    right: Matrix | None = None,
) -> None:
    right = product.right.moved(ZERO, group[0]) if right is None else right
    write_tile(writer, product, Tile(*rows, *group, blocks.lanes, right, blocks.ahead, blocks.out_ahead))


def _row_tiles(
    writer: FunctionWriter, product: MatrixProduct, blocks: Blocking, body: Callable[[Index, int], None]
) -> None:
    whole = product.rows // blocks.rows * blocks.rows
    with writer.loop(whole, blocks.rows) as loop:
        body(loop.index, blocks.rows)
    if whole < product.rows:
        body(constant_index(whole), product.rows - whole)


def _groups(
    writer: FunctionWriter,
    product: MatrixProduct,
    blocks: Blocking,
    body: Callable[[Index, Sequence[tuple[int, int]]], None],
) -> None:
    """Write what is done for each group of vectors of columns; the last one may be smaller."""
    lanes, span = blocks.lanes, blocks.lanes * blocks.vectors
    whole, full = product.columns // span * span, [(at, lanes) for at in range(0, span, lanes)]
    if whole > _LOOPED * span:
        with writer.loop(whole, span) as loop:
            body(loop.index, full)
    else:
        for start in range(0, whole, span):
            body(constant_index(start), full)
    rest = product.columns - whole
    if rest:
        body(constant_index(whole), [(at, min(lanes, rest - at)) for at in range(0, rest, lanes)])
