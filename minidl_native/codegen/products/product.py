"""Products of matrices: which way of writing one takes the fewest instructions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.index import Index, along
from minidl_native.codegen.pointer import Pointer
from minidl_native.codegen.products.blas import fits_blas, write_blas
from minidl_native.codegen.products.cost import cost_of_dots, cost_of_tiles
from minidl_native.codegen.products.dots import write_dots
from minidl_native.codegen.products.finishing import write_start
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct, Scalar
from minidl_native.codegen.products.tiles import write_tiles
from minidl_native.codegen.values import Values
from minidl_native.kernels.expression import Constant, Expression
from minidl_native.kernels.kernel import Product
from minidl_native.kernels.view import View

_BLAS_FROM = 200_000_000
"""The multiplications from which on the BLAS is called if it may use several threads, and no dimension is small."""
_BLAS_SIDE = 64
"""Products with a smaller dimension wait for memory: tiles read each factor once."""


def write_product(writer: FunctionWriter, kernel: Product) -> None:
    """Write the products of the matrices in all leading dimensions."""
    leading = kernel.out.shape[:-2]
    if 0 in kernel.out.shape:
        return
    values = Values(writer, {}, ())
    alpha, beta = (_scalar(values, factor) for factor in (kernel.alpha, kernel.beta))

    def go(index: Sequence[Index]) -> None:
        if len(index) < len(leading):
            with writer.loop(leading[len(index)]) as loop:
                go([*index, loop.index])
            return
        addend = None if kernel.addend is None else _matrix(kernel.addend, index)
        rows, inner, columns = kernel.out.shape[-2], kernel.left.shape[-1], kernel.out.shape[-1]
        out, left, right = (_matrix(view, index) for view in (kernel.out, kernel.left, kernel.right))
        _write(
            writer,
            MatrixProduct(rows, inner, columns, kernel.out.dtype, out, left, right, addend, alpha, beta),
        )

    go([])


def _write(writer: FunctionWriter, product: MatrixProduct) -> None:
    if not product.inner:
        write_start(writer, product)
        return
    sizes = (product.rows, product.inner, product.columns)
    is_large = sizes[0] * sizes[1] * sizes[2] >= _BLAS_FROM and min(sizes) >= _BLAS_SIDE
    if writer.target.threads > 1 and is_large and fits_blas(product):
        write_blas(writer, product)
        return
    ways: list[tuple[float, Callable[[FunctionWriter, MatrixProduct], None], MatrixProduct]] = []
    for one in (product, product.transposed):
        ways.append((cost_of_tiles(writer.target, one), write_tiles, one))
        cost = cost_of_dots(writer.target, one)
        if cost is not None:
            ways.append((cost, write_dots, one))
    _, write, one = min(ways, key=lambda way: way[0])
    write(writer, one)


def _scalar(values: Values, factor: Expression) -> Scalar:
    is_one = isinstance(factor, Constant) and factor.value == 1
    return Scalar(values(factor), is_one)


def _matrix(view: View, index: Sequence[Index]) -> Matrix:
    """Return the matrix at an index of the leading dimensions; dimensions of one element count as contiguous."""
    *leading, row, column = view.strides
    rows, columns = view.shape[-2:]
    if columns == 1 and rows > 1:
        column = rows if row == 1 else 1
    if rows == 1:
        row = columns if column == 1 else 1
    start = along(index, leading, view.offset)
    return Matrix(Pointer(f"%b{view.storage}", view.dtype), start, row, column)
