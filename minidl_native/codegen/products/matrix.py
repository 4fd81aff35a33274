"""The matrices of a product, as places in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from minidl_native.codegen.index import Index, multiple, plus
from minidl_native.codegen.pointer import Pointer
from minidl_native.kernels.view import DType


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix in memory.

    Attributes:
        pointer: the memory.
        index: the first element.
        row: the distance of rows, in elements.
        column: the distance of columns.
    """

    pointer: Pointer
    index: Index
    row: int
    column: int

    def at(self, row: Index, column: Index) -> Index:
        """Return the index of an element."""
        return plus(self.index, multiple(row, self.row), multiple(column, self.column))

    def moved(self, row: Index, column: Index) -> Self:
        """Return the part of the matrix that begins at an element."""
        return replace(self, index=self.at(row, column))

    @property
    def transposed(self) -> Self:
        """The matrix with rows and columns exchanged."""
        return replace(self, row=self.column, column=self.row)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar value, and whether it is the constant 1."""

    value: str
    is_one: bool


@dataclass(frozen=True, slots=True)
class MatrixProduct:
    """A product of two matrices: `out = alpha * (left @ right) + beta * addend`.

    Attributes:
        rows: the rows of `out`.
        inner: the columns of `left` and rows of `right`.
        columns: the columns of `out`.
        dtype: the type of all elements.
        out: the result.
        left: the left factor.
        right: the right factor.
        addend: what is added, if anything; it may be `out`.
        alpha: the factor of the product.
        beta: the factor of the addend.
        starts: whether sums may start from the addend; if not, it is added to them.
    """

    rows: int
    inner: int
    columns: int
    dtype: DType
    out: Matrix
    left: Matrix
    right: Matrix
    addend: Matrix | None
    alpha: Scalar
    beta: Scalar
    starts: bool = True

    @property
    def transposed(self) -> Self:
        """The same product with all matrices transposed."""
        return replace(
            self,
            rows=self.columns,
            columns=self.rows,
            out=self.out.transposed,
            left=self.right.transposed,
            right=self.left.transposed,
            addend=self.addend and self.addend.transposed,
        )

    @property
    def starts_from_addend(self) -> bool:
        """Whether sums may start from the elements of the addend instead of zero."""
        return self.starts and self.addend is not None and self.alpha.is_one and self.beta.is_one
