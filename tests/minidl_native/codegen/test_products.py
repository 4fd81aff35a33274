from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.codegen.generate import generate
from minidl_native.codegen.target import Target
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.expression import Constant, Number
from minidl_native.kernels.kernel import Product
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import DType, View, contiguous
from tests.support.compiled_programs import GuardedRun, assert_like_interpreted, plain_layout, targets

SIZES = (1, 2, 3, 4, 5, 8, 9, 16, 17, 25, 31, 33, 40)


def matrix(storage: int, shape: tuple[int, ...], dtype: DType, *, is_transposed: bool, gap: int = 0) -> View:
    """Return a view of a matrix by rows or by columns, with a gap between them."""
    *leading, rows, columns = shape
    outer, inner = (columns, rows) if is_transposed else (rows, columns)
    view = contiguous(storage, (*leading, outer, inner + gap), dtype)
    strides = (*view.strides[:-2], *(view.strides[:-3:-1] if is_transposed else view.strides[-2:]))
    return replace(view, shape=shape, strides=strides)


def product(
    sizes: tuple[int, int, int],
    dtype: DType = "f32",
    *,
    transposed: tuple[bool, bool, bool] = (False, False, False),
    addend: str = "none",
    alpha: float = 1.0,
    beta: float = 1.0,
    leading: tuple[int, ...] = (),
    gap: int = 0,
) -> Program:
    """Return a program of one product."""
    rows, inner, columns = sizes
    shapes = ((rows, inner), (inner, columns), (rows, columns))
    left, right, out = (
        matrix(number, (*leading, *shape), dtype, is_transposed=is_transposed, gap=gap)
        for number, (shape, is_transposed) in enumerate(zip(shapes, transposed, strict=True))
    )
    added = {
        "none": None,
        "self": out,
        "bias": View(3, 0, out.shape, (*(0 for _ in leading), 0, 1), dtype),
        "full": contiguous(3, out.shape, dtype),
    }[addend]
    kernel = Product(out, left, right, added, Constant(alpha, dtype), Constant(beta, dtype), "forward")
    views = (left, right, out, added or contiguous(3, (1,), dtype))
    storages = {number: Storage(dtype, max(view.end, 1), "state") for number, view in enumerate(views)}
    return Program((kernel,), storages, dtype, 0, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("target", targets(), ids=lambda target: f"{target.lanes_f32}-lanes")
@pytest.mark.parametrize("dtype", ["f32", "f64"])
@pytest.mark.parametrize("sizes", [(10, 25, 25), (25, 10, 25), (10, 2, 25), (10, 25, 2), (25, 10, 2)])
def test_products_of_a_small_network_are_right(sizes, dtype, target) -> None:
    for transposed in itertools.product((False, True), repeat=2):
        assert_like_interpreted(product(sizes, dtype, transposed=(*transposed, False)), target)
        accumulated = product(sizes, dtype, transposed=(*transposed, False), addend="self", alpha=-0.25)
        assert_like_interpreted(accumulated, target)


@pytest.mark.slow
@given(
    sizes=st.tuples(*[st.sampled_from(SIZES)] * 3),
    dtype=st.sampled_from(("f32", "f64")),
    transposed=st.tuples(*[st.booleans()] * 3),
    addend=st.sampled_from(("none", "self", "bias", "full")),
    alpha=st.sampled_from((1.0, -0.5)),
    beta=st.sampled_from((1.0, 2.0)),
    leading=st.sampled_from(((), (), (2,), (2, 3))),
    gap=st.sampled_from((0, 0, 1)),
    target=st.sampled_from(targets()),
)
def test_products_of_all_sizes_and_layouts_are_right(target, **settings: Any) -> None:
    assert_like_interpreted(product(**settings), target)


@pytest.mark.parametrize(
    ("sizes", "transposed"),
    [
        ((4, 300, 70), (False, True, False)),  # dot products
        ((40, 1200, 40), (False, True, False)),  # packed in parts
        ((10, 2500, 33), (True, False, False)),  # a long sum in parts
        ((10, 600, 700), (False, False, False)),  # a factor that is read by rows
        ((300, 10, 300), (True, False, False)),  # a large result
        ((1, 100, 150), (False, False, False)),
        ((64, 1800, 1800), (False, True, False)),  # by the BLAS on two threads
        ((1800, 64, 1800), (True, False, False)),
        ((600, 600, 600), (False, False, True)),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("addend", ["none", "bias", "self"])
@pytest.mark.parametrize("threads", [1, 2])
def test_large_products_are_right(sizes, transposed, addend, threads) -> None:
    settings = {"transposed": transposed, "addend": addend}
    target = replace(host_target(), threads=threads)
    assert_like_interpreted(product(sizes, "f64", **settings), target)
    assert_like_interpreted(product(sizes, "f32", alpha=-0.5, **settings), target)


def test_a_forward_pass_of_a_layer_is_right() -> None:
    assert_like_interpreted(product((10, 25, 25), transposed=(False, True, False), addend="bias"), host_target())


def test_a_column_and_a_row_of_a_matrix_may_have_any_strides() -> None:
    for rows, columns in ((1, 7), (7, 1), (1, 1)):
        one = product((rows, 5, columns), "f64")
        (kernel,) = one.kernels
        odd = replace(kernel.out, strides=(1 if rows > 1 else 13, 1 if columns > 1 else 11))
        assert_like_interpreted(replace(one, kernels=(replace(kernel, out=odd),)), host_target())


def test_factors_may_change_from_step_to_step() -> None:
    one = product((3, 4, 5), "f32", addend="self")
    (kernel,) = one.kernels
    changing = replace(kernel, alpha=Number(0, "f32"), beta=Number(1, "f32"))
    program = replace(one, kernels=(changing,), numbers=2)
    numbers = torch.tensor([[0.5, 1.0], [0.25, 2.0]], dtype=torch.float64)
    assert_like_interpreted(program, host_target(), steps=2, numbers=numbers)


def test_nan_spreads_from_factors_only_to_what_is_computed_from_them() -> None:
    program = product((10, 25, 25), transposed=(False, True, False))
    memory = {number: torch.ones(storage.size) for number, storage in program.storages.items()}
    memory[0][25] = torch.nan
    run = GuardedRun(program, memory)
    run.run()
    assert run.memory[2].view(10, 25).isnan().any(1).tolist() == [row == 1 for row in range(10)]


def test_large_products_call_the_blas_on_several_threads_and_narrow_ones_do_not() -> None:
    def calls_blas(*sizes: int, threads: int = 2) -> bool:
        program = product(sizes)
        return "%gemm" in generate(program, plain_layout(program), Target(16, 8, threads=threads)).ir

    assert calls_blas(1000, 1000, 1000)
    assert not calls_blas(1000, 1000, 1000, threads=1)
    assert not calls_blas(10, 4096, 4096)
    assert not calls_blas(128, 256, 256)


def test_an_empty_inner_dimension_gives_zeros() -> None:
    program = product((3, 1, 4), "f64")
    (kernel,) = program.kernels
    left, right = replace(kernel.left, shape=(3, 0)), replace(kernel.right, shape=(0, 4))
    run = GuardedRun(
        replace(program, kernels=(replace(kernel, left=left, right=right),)),
        {number: torch.ones(storage.size).double() for number, storage in program.storages.items()},
    )
    run.run()
    assert run.memory[2].tolist() == [0.0] * 12
