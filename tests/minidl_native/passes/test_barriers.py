"""Passes and fusing respect the order of kernels: overlaps, later overwriting, and the end of a run."""

from __future__ import annotations

import pytest
import torch

from minidl_native.kernels.expression import Apply, Constant, Expression, Load
from minidl_native.kernels.kernel import Elementwise, Fused, Kernel, Product, StoreResult
from minidl_native.kernels.program import Program, Role, Storage
from minidl_native.kernels.view import View, contiguous
from minidl_native.passes.copies import remove_copies
from minidl_native.passes.improve import improve
from minidl_native.passes.inlining import inline
from minidl_native.planning.fusing import fuse
from tests.support.kernel_interpreter import interpret

N = 4


def view(storage: int, size: int = N, offset: int = 0) -> View:
    return View(storage, offset, (size,), (1,), "f64")


def put(out: View, value: Expression) -> Elementwise:
    return Elementwise(out, value, "update")


def plus(one: View, two: View | float) -> Apply:
    other = Load(two) if isinstance(two, View) else Constant(two, "f64")
    return Apply("add", (Load(one), other), "f64")


def product(out: View, left: View, right: View) -> Product:
    """The product of vectors of 4 as matrices of 2 by 2."""
    matrices = [View(one.storage, one.offset, (2, 2), (2, 1), "f64") for one in (out, left, right)]
    return Product(*matrices, None, Constant(1.0, "f64"), Constant(1.0, "f64"), "update")


def program(*kernels: Kernel, state: int = 2, sizes: dict[int, int] | None = None) -> Program:
    """A program whose first storages are states, and the others temporary."""
    numbers = sorted({one.storage for kernel in kernels for one in (*kernel.reads, *kernel.writes)})
    roles: dict[int, Role] = {number: "state" if number < state else "temporary" for number in numbers}
    storages = {number: Storage("f64", (sizes or {}).get(number, N), roles[number]) for number in numbers}
    return Program(kernels, storages, "f64", 0, 1, 0, 0)


def run(one: Program, *, infinite: bool = False) -> dict[int, list[float]]:
    """The states after a step; the first element of storage 0 may be infinite."""
    memory = {
        number: torch.arange(1.0, storage.size + 1, dtype=torch.float64) * (number + 1)
        for number, storage in one.storages.items()
        if storage.role == "state"
    }
    if infinite:
        memory[0][0] = torch.inf
    interpret(one, memory, results=torch.zeros(1))
    return {number: values.tolist() for number, values in memory.items()}


LOSS = StoreResult(View(0, 0, (), (), "f64"), 0, ends_run=True, phase="forward")

SCALED = Apply("mul", (Load(view(2)), Constant(3.0, "f64")), "f64")

STEPS = {
    "a copy to a state after the end of a run": program(put(view(2), plus(view(0), 1)), LOSS, put(view(1), Load(view(2)))),
    "a state that is updated before and after the end of a run": program(
        put(view(1), plus(view(1), 1)), LOSS, put(view(1), plus(view(1), 1))
    ),
    "a copy to what is read before": program(
        put(view(2), plus(view(0), 1)), put(view(3), plus(view(1), 1)), put(view(1), Load(view(2))), put(view(0), Load(view(3)))
    ),
    "a copy of what is overwritten": program(put(view(2), Load(view(0))), put(view(0), SCALED), put(view(1), Load(view(2)))),
    "a value of what is overwritten": program(
        put(view(2), plus(view(0), 1)), put(view(0), Constant(0.0, "f64")), put(view(1), plus(view(2), 1))
    ),
    "a value shifted by an element": program(
        put(view(2), plus(view(0), 1)), put(view(0, 3), plus(view(2, 3, 1), 1)), put(view(1), plus(view(2), 1))
    ),
    "two shifted updates": program(put(view(0, 3), plus(view(1, 3), 1)), put(view(1, 3), plus(view(0, 3, 1), 1))),
    "a copy to a part of what its maker reads": program(
        put(view(2, 3), plus(view(0, 3, 1), 1)), put(view(0, 3), Load(view(2, 3)))
    ),
    "a copy to a part of what is written before": program(
        put(view(2, 2), plus(view(0, 2), 1)), put(view(1), Constant(9.0, "f64")), put(view(1, 2), Load(view(2, 2)))
    ),
    "a bias that changes after the product": program(
        product(view(2), view(0), view(0)),
        put(view(1), plus(view(1), 1)),
        put(view(3), plus(view(2), view(1))),
        put(view(0), Apply("exp", (Load(view(3)),), "f64")),
        put(view(1), plus(view(1), view(3))),
    ),
    "a sum in place of what is read after the product": program(
        product(view(2), view(0), view(0)),
        put(view(3), Apply("exp", (Load(view(1)),), "f64")),
        put(view(1), plus(view(2), view(0))),
        put(view(0), plus(view(3), view(1))),
    ),
    "a product whose factors change before it is added": program(
        product(view(2), view(0), view(0)), put(view(0), plus(view(0), view(1))), put(view(1), plus(view(1), view(2)))
    ),
    "a loop before a product that reads what a later one overwrites": program(
        put(view(2), Apply("exp", (Load(view(0)),), "f64")),
        product(view(3), view(1), view(1)),
        put(view(1), plus(view(2), view(2))),
        put(view(0), plus(view(3), view(2))),
    ),
    "a copy that is overwritten in part": program(
        put(view(2), plus(view(0), 1)),
        put(view(1), Load(view(2))),
        put(view(1, 2), Constant(9.0, "f64")),
        product(view(0), view(2), view(2)),
    ),
    "a copy of what is overwritten, as a factor": program(
        put(view(2), Load(view(0))), put(view(0, 2), Constant(9.0, "f64")), product(view(1), view(2), view(2))
    ),
    "a value that is a result": program(
        put(view(2), plus(view(0), 1)), StoreResult(View(2, 1, (), (), "f64"), 0, ends_run=False, phase="forward")
    ),
    "half of a value overwritten": program(
        put(view(2), plus(view(0), 1)), put(view(2, 2), Constant(9.0, "f64")), put(view(1), plus(view(2), 1))
    ),
}  # fmt: skip


@pytest.mark.parametrize("infinite", [False, True], ids=["finite", "infinite"])
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_states_are_the_same(step, infinite) -> None:
    improved = improve(step)
    expected = run(step, infinite=infinite)
    assert run(improved, infinite=infinite) == expected
    assert run(fuse(improved), infinite=infinite) == expected
    assert run(fuse(step), infinite=infinite) == expected


def test_a_copy_moves_to_where_the_value_is_made() -> None:
    step = program(put(view(2), plus(view(0), 1)), put(view(1), Load(view(2))))
    assert remove_copies(step).kernels == (put(view(1), plus(view(0), 1)),)


def test_products_read_what_was_copied() -> None:
    turned = View(0, 0, (2, 2), (1, 2), "f64")
    copy = put(contiguous(2, (2, 2), "f64"), Load(turned))
    (found,) = remove_copies(program(copy, product(view(1), view(2), view(0)))).kernels
    assert isinstance(found, Product)
    assert found.left == turned


def test_expensive_values_are_computed_once() -> None:
    cheap, expensive = plus(view(0), 1), Apply("exp", (Load(view(0)),), "f64")
    for value, count in ((cheap, 2), (expensive, 3)):
        step = program(put(view(2), value), put(view(1), plus(view(2), 2)), put(view(0), plus(view(2), 1)))
        assert len(inline(step).kernels) == count


def test_kernels_that_share_a_loop_may_stand_at_a_distance() -> None:
    first, second = put(view(2), plus(view(0), 1)), put(view(1), plus(view(2), 1))
    between = StoreResult(View(0, 0, (), (), "f64"), 0, ends_run=False, phase="update")
    found = fuse(program(first, between, second)).kernels
    assert found == (Fused((first, second), frozenset({2}), "update"), between)


def test_a_flat_kernel_takes_the_shape_of_the_loop_that_it_joins() -> None:
    square = contiguous(2, (2, 2), "f64")
    row = View(0, 0, (2, 2), (0, 1), "f64")
    step = program(put(square, Load(row)), put(view(1), plus(view(2), 1)))
    (found,) = fuse(step).kernels
    assert isinstance(found, Fused)
    assert found.parts[1].out == contiguous(1, (2, 2), "f64")
    assert run(fuse(step)) == run(step)
