"""Estimated costs of products, in instructions on vectors."""

from __future__ import annotations

from minidl_native.codegen.products.dots import dot_rows
from minidl_native.codegen.products.lanes import FEW
from minidl_native.codegen.products.matrix import MatrixProduct
from minidl_native.codegen.products.tiles import blocking, needs_packing
from minidl_native.codegen.target import Target

_LOAD = 0.5
"""The cost of a load; one of an addition or multiplication is 1."""
_SUM_OF_LANES = 2
"""The cost of a sum of lanes, if many vectors are summed together."""
_ELEMENT = 2
"""The cost of an element of a vector that is stored alone."""


def cost_of_tiles(target: Target, product: MatrixProduct) -> float:
    """Return the cost of a product by register tiles."""
    blocks = blocking(target, product)
    vectors = -(-product.columns // blocks.lanes)
    tiles = -(-product.rows // blocks.rows), -(-vectors // blocks.vectors)
    sums = product.rows * vectors
    loads = product.inner * (vectors * tiles[0] + product.rows * tiles[1])
    return sums * product.inner + _LOAD * loads + _cost_of_packing(product) + _cost_of_storing(product, sums)


def cost_of_dots(target: Target, product: MatrixProduct) -> float | None:
    """Return the cost of a product by dot products; None if a factor is not contiguous along the inner dimension."""
    contiguous = product.inner == 1 or product.left.column == product.right.row == 1
    if not contiguous:
        return None
    rows, columns = dot_rows(target, product)
    results = product.rows * product.columns
    steps = results * -(-product.inner // target.lanes(product.dtype))
    return steps * (1 + _LOAD / rows + _LOAD / columns) + results * _SUM_OF_LANES * (1 + 1 / columns)


def _cost_of_packing(product: MatrixProduct) -> float:
    if not needs_packing(product):
        return 0
    is_blocked = product.right.row == 1 and product.inner >= FEW
    return product.inner * product.columns * (0.45 if is_blocked else 1.5)


def _cost_of_storing(product: MatrixProduct, vectors: int) -> float:
    if product.out.column == 1 or product.columns == 1:
        return 2 * vectors
    if product.out.row == 1 and product.out.column == product.rows <= FEW:
        return product.rows * vectors
    return _ELEMENT * product.rows * product.columns
