"""Large products by the BLAS that PyTorch uses."""

from __future__ import annotations

from minidl_native.codegen.function_writer import FunctionWriter
from minidl_native.codegen.ir_types import BYTES, literal, value_type
from minidl_native.codegen.products.finishing import write_start
from minidl_native.codegen.products.matrix import Matrix, MatrixProduct, Scalar
from minidl_native.kernels.view import DType

GEMM = "%gemm"
"""The pointer to the BLAS's function: `sgemm_` or `dgemm_`."""

_LARGEST = 2**31 - 1


def fits_blas(product: MatrixProduct) -> bool:
    """Whether the BLAS takes the matrices as they are: one dimension of each contiguous, the other one longer."""
    sizes = (
        (product.out, product.rows, product.columns),
        (product.left, product.rows, product.inner),
        (product.right, product.inner, product.columns),
    )
    return (
        all(_leading(*one) is not None for one in sizes)
        and max(product.rows, product.columns, product.inner, *(max(one.row, one.column) for one, _, _ in sizes))
        <= _LARGEST
    )


def write_blas(writer: FunctionWriter, product: MatrixProduct) -> None:
    """Write a call of the BLAS, which takes matrices by columns: it computes the transposed product."""
    if product.out.column != 1:
        product = product.transposed
    beta = product.beta
    if product.addend is None:
        beta = Scalar(literal(0.0, product.dtype), is_one=False)
    elif product.addend != product.out:
        write_start(writer, product)
        beta = Scalar("", is_one=True)
    left, right = product.left, product.right
    factors = ((right, product.inner, product.columns), (left, product.rows, product.inner))
    sizes = [product.columns, product.rows, product.inner]
    letters = []
    for matrix, rows, columns in factors:
        is_transposed, leading = _leading(matrix, rows, columns) or (False, 1)
        letters.append("T" if is_transposed else "N")
        sizes.append(leading)
    sizes.append(max(product.out.row, product.columns, 1))
    scalars = [_number(one, product.dtype) for one in (product.alpha, beta)]
    _write_call(writer, product.dtype, letters, sizes, scalars, [right, left, product.out])


def _leading(matrix: Matrix, rows: int, columns: int) -> tuple[bool, int] | None:
    """Return whether columns rather than rows are contiguous, and the distance of the others; None if neither is."""
    if (matrix.column == 1 or columns == 1) and (matrix.row >= columns or rows == 1):
        return False, max(matrix.row, columns, 1)
    if (matrix.row == 1 or rows == 1) and (matrix.column >= rows or columns == 1):
        return True, max(matrix.column, rows, 1)
    return None


def _number(scalar: Scalar, dtype: DType) -> str:
    return literal(1.0, dtype) if scalar.is_one else scalar.value


def _write_call(
    writer: FunctionWriter,
    dtype: DType,
    letters: list[str],
    sizes: list[int],
    scalars: list[str],
    matrices: list[Matrix],
) -> None:
    chars = [writer.variable("i8", str(ord(letter)), 1) for letter in letters]
    columns, rows, inner, ldb, lda, ldc = (writer.variable("i32", str(size), 4) for size in sizes)
    alpha, beta = (writer.variable(value_type(dtype, 1), scalar, BYTES[dtype]) for scalar in scalars)
    right, left, out = (writer.place(matrix.pointer, matrix.index) for matrix in matrices)
    arguments = (*chars, columns, rows, inner, alpha, right, ldb, left, lda, beta, out, ldc)
    writer.used.add(GEMM)
    writer.lines.append(f"  call void {GEMM}({', '.join(f'ptr {argument}' for argument in arguments)})")
