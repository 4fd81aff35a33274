"""The table of matrix products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from minidl_native.kernels.view import View
from minidl_native.lowering.kernel_writer import KernelWriter
from minidl_native.lowering.reductions import Over
from minidl_native.lowering.term import Operand, term_of

Multiply = Callable[..., None]


def column(vector: View) -> View:
    """Return a vector as a matrix of one column."""
    return replace(vector, shape=(*vector.shape, 1), strides=(*vector.strides, 1))


def _product(writer: KernelWriter, out: View, left: View, right: View) -> None:
    writer.multiply(out, left, right)


def _product_with_addend(
    writer: KernelWriter, out: View, addend: View, left: View, right: View, beta: Operand = 1, alpha: Operand = 1
) -> None:
    writer.multiply(out, left, right, addend, alpha=alpha, beta=beta)


def _of_vector(writer: KernelWriter, out: View, matrix: View, vector: View) -> None:
    writer.multiply(column(out), matrix, column(vector))


def _of_vector_with_addend(
    writer: KernelWriter, out: View, addend: View, matrix: View, vector: View, beta: Operand = 1, alpha: Operand = 1
) -> None:
    addend = column(addend.expand(out.shape))
    writer.multiply(column(out), matrix, column(vector), addend, alpha=alpha, beta=beta)


def _dot(writer: KernelWriter, out: View, left: View, right: View) -> None:
    writer.store(replace(out, shape=(1,), strides=(0,)), Over(writer, (0,)).sum(term_of(left) * term_of(right)))


def _outer_with_addend(
    writer: KernelWriter, out: View, addend: View, left: View, right: View, beta: Operand = 1, alpha: Operand = 1
) -> None:
    product = alpha * (term_of(column(left)) * term_of(right))
    writer.store(out, product if beta == 0 else beta * term_of(addend) + product)


PRODUCTS: dict[str, Multiply] = {
    "mm": _product,
    "bmm": _product,
    "addmm": _product_with_addend,
    "baddbmm": _product_with_addend,
    "mv": _of_vector,
    "addmv": _of_vector_with_addend,
    "dot": _dot,
    "vdot": _dot,
    "addr": _outer_with_addend,
}
"""Functions by name; they take a writer of kernels, the view of the result, and PyTorch's arguments."""
