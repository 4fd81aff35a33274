"""Updates of all parameters are cut at the gradients that products make."""

from __future__ import annotations

from minidl_native.kernels.expression import Apply, Constant, Load, Number
from minidl_native.kernels.kernel import Elementwise, Kernel, Product, Reduction
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous
from minidl_native.passes.accumulation import accumulate
from minidl_native.passes.cutting import cut_updates
from tests.support.program_outcome import assert_same_outcome

ONE = Constant(1.0, "f64")

STORAGES = {0: Storage("f64", 10, "state"), 1: Storage("f64", 12, "state"), 2: Storage("f64", 13, "temporary")}


def gradient(offset: int) -> Product:
    """A product of 2 by 2 matrices of state 1, written to the gradients from an element on."""
    left, right = View(1, 0, (2, 2), (2, 1), "f64"), View(1, 4, (2, 2), (1, 2), "f64")
    return Product(View(2, offset, (2, 2), (2, 1), "f64"), left, right, None, ONE, ONE, "backward")


def bias(offset: int) -> Reduction:
    """Sums of columns of state 1, written to the gradients from an element on."""
    value = Load(View(1, 0, (2, 2), (2, 1), "f64"))
    return Reduction(
        View(2, offset, (2, 2), (0, 1), "f64"), value, (0,), "sum", None, accumulate=False, phase="backward"
    )


def update(count: int) -> Elementwise:
    """`value -= number * gradient`, with the gradients from element 3 on."""
    values, gradients = contiguous(0, (count,), "f64"), View(2, 3, (count,), (1,), "f64")
    scaled = Apply("mul", (Load(gradients), Number(0, "f64")), "f64")
    return Elementwise(values, Apply("sub", (Load(values), scaled), "f64"), "update")


def program(*kernels: Kernel) -> Program:
    return Program(kernels, STORAGES, "f64", 0, 0, 1, 0)


def test_each_gradient_that_is_only_added_gets_an_update_of_its_own() -> None:
    step = program(gradient(3), bias(7), gradient(9), update(10))
    cut = cut_updates(step)
    parts = [(kernel.out.offset, kernel.out.count) for kernel in cut.kernels if isinstance(kernel, Elementwise)]
    assert parts == [(0, 4), (4, 2), (6, 4)]
    assert [type(kernel) for kernel in accumulate(cut).kernels] == [Product, Reduction, Product]
    assert_same_outcome(accumulate(cut), step)


def test_a_gradient_that_is_read_again_is_updated_from_memory() -> None:
    again = Elementwise(contiguous(1, (2,), "f64"), Load(View(2, 7, (2,), (1,), "f64")), "update")
    step = program(gradient(3), bias(7), gradient(9), update(10), again)
    cut = cut_updates(step)
    assert [kernel.out.count for kernel in cut.kernels if isinstance(kernel, Elementwise)] == [4, 2, 4, 2]
    kinds = [type(kernel) for kernel in accumulate(cut).kernels]
    assert kinds == [Reduction, Product, Elementwise, Product, Elementwise]
    assert_same_outcome(accumulate(cut), step)


def test_an_update_of_gradients_of_other_kinds_stays_whole() -> None:
    copies = [
        Elementwise(View(2, at, (5,), (1,), "f64"), Load(View(1, 0, (5,), (1,), "f64")), "backward") for at in (3, 8)
    ]
    step = program(*copies, update(10))
    assert cut_updates(step) is step
