from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.compiling.processor import host_target
from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number
from minidl_native.kernels.kernel import Reduction, Scan
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import DType, View, contiguous
from tests.support.compiled_programs import GuardedRun, assert_like_interpreted, targets
from tests.support.kernel_interpreter import DTYPES

OPERATIONS = ("sum", "prod", "max", "min", "argmax", "argmin", "any", "all")


def reduction(
    shape: tuple[int, ...],
    dims: tuple[int, ...],
    operation: str = "sum",
    dtype: DType = "f32",
    *,
    is_transposed: bool = False,
    scale: Expression | None = None,
    accumulate: bool = False,
    value: Expression | None = None,
) -> Program:
    """Return a program of one reduction of storage 0, or of an expression, to storage 1."""
    view = contiguous(0, shape, dtype)
    if is_transposed:
        view = replace(view, strides=contiguous(0, shape[::-1], dtype).strides[::-1])
    kept = contiguous(1, tuple(size for dim, size in enumerate(shape) if dim not in dims), dtype)
    if operation.startswith("arg"):
        kept = replace(kept, dtype="i64")
    strides = iter(kept.strides)
    out = replace(kept, shape=shape, strides=tuple(0 if dim in dims else next(strides) for dim in range(len(shape))))
    kernel = Reduction(out, value or Load(view), dims, operation, scale, accumulate, "forward")  # type: ignore[arg-type]
    storages = {0: Storage(dtype, max(1, view.count), "state"), 1: Storage(out.dtype, max(1, kept.count), "state")}
    return Program((kernel,), storages, "f32" if dtype == "f32" else "f64", 0, 0, 1, 0)


def memory_of(program: Program, seed: int = 0) -> dict[int, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        number: torch.randint(-2, 3, (storage.size,), generator=generator).to(DTYPES[storage.dtype])
        for number, storage in program.storages.items()
    }


@pytest.mark.slow
@given(data=st.data(), dtype=st.sampled_from(("f32", "f64", "i64", "b1")), target=st.sampled_from(targets()))
def test_all_reductions_of_all_sizes_are_right(data, dtype, target) -> None:
    shape = tuple(data.draw(st.lists(st.sampled_from((1, 2, 3, 5, 10, 16, 17, 25, 40, 150)), min_size=1, max_size=3)))
    operation = data.draw(st.sampled_from(OPERATIONS if dtype != "b1" else ("any", "all")))
    if dtype != "b1" and operation in {"any", "all"}:
        operation = "sum"
    dims = tuple(sorted(data.draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))))
    dims = dims[:1] if operation.startswith("arg") else dims
    accumulate = operation == "sum" and data.draw(st.booleans())
    program = reduction(
        shape,
        dims,
        operation,
        dtype,
        is_transposed=data.draw(st.booleans()),
        accumulate=accumulate,
        scale=Constant(0.5, dtype) if operation == "sum" and dtype in {"f32", "f64"} else None,
    )
    assert_like_interpreted(program, target, memory=memory_of(program))


@pytest.mark.parametrize("dims", [(0,), (1,), (0, 1)])
def test_sums_of_a_batch_are_right_on_all_processors(dims) -> None:
    for target in targets():
        program = reduction((10, 25), dims, scale=Constant(-0.5, "f32"), accumulate=True)
        assert_like_interpreted(program, target, memory=memory_of(program))


@pytest.mark.parametrize("operation", ["max", "min", "argmax", "argmin"])
@pytest.mark.parametrize("dim", [0, 1])
@pytest.mark.parametrize("place", [0, 7, 39])
def test_nan_is_the_most_extreme(operation, dim, place) -> None:
    program = reduction((40, 40), (dim,), operation)
    values = torch.rand(40, 40)
    values.select(dim, place)[3] = math.nan
    values.select(dim, 39)[3] = math.nan
    assert_like_interpreted(program, host_target(), memory=memory_of(program) | {0: values.view(-1)})


@pytest.mark.parametrize("operation", ["argmax", "argmin"])
@pytest.mark.parametrize("shape", [(3, 10), (30, 10), (10, 30)])
def test_the_first_of_equal_extremes_is_found(operation, shape) -> None:
    for dim in (0, 1):
        program = reduction(shape, (dim,), operation)
        assert_like_interpreted(program, host_target(), memory=memory_of(program))


def test_extremes_of_infinite_values_are_infinite() -> None:
    for operation, value in (("max", -math.inf), ("min", math.inf)):
        program = reduction((9,), (0,), operation)
        assert_like_interpreted(program, host_target(), memory={0: torch.full((9,), value), 1: torch.zeros(1)})


def error_of_sum(shape: tuple[int, ...], dims: tuple[int, ...]) -> tuple[float, float]:
    """Return the relative errors of a sum of float32 numbers: ours and PyTorch's."""
    values = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    exact, own = values.double().sum(dims), values.sum(dims)
    run = GuardedRun(program := reduction(shape, dims), {0: values.view(-1), 1: torch.zeros(exact.numel())})
    run.run()
    assert program.storages[1].size == exact.numel()
    error = ((run.memory[1].view(exact.shape).double() - exact) / exact).abs().max()
    return float(error), float(((own.double() - exact) / exact).abs().max())


@pytest.mark.parametrize(
    ("shape", "dims"), [((100_000,), (0,)), ((100_000, 3), (0,)), ((100_000, 20), (0,)), ((3, 100_000), (1,))]
)
def test_long_sums_are_as_exact_as_pytorchs(shape, dims) -> None:
    ours, pytorchs = error_of_sum(shape, dims)
    assert ours <= max(2 * pytorchs, 3e-7)


def test_a_value_of_two_views_is_summed_and_scaled_by_a_number_of_the_step() -> None:
    shape = (10, 25)
    first, second = contiguous(0, shape, "f32"), View(0, 0, shape, (0, 1), "f32")
    value = Apply("mul", (Load(first), Load(second)), "f32")
    program = reduction(shape, (0,), scale=Apply("neg", (Number(0, "f32"),), "f32"), accumulate=True, value=value)
    numbers = torch.tensor([[0.5], [2.0]], dtype=torch.float64)
    assert_like_interpreted(program, host_target(), steps=2, numbers=numbers)


def test_a_sum_over_nothing_is_zero() -> None:
    out = View(1, 0, (4, 0), (1, 0), "f64")
    kernel = Reduction(
        out, Load(View(0, 0, (4, 0), (0, 1), "f64")), (1,), "sum", None, accumulate=False, phase="forward"
    )
    program = Program((kernel,), {0: Storage("f64", 1, "state"), 1: Storage("f64", 4, "state")}, "f64", 0, 0, 0, 0)
    run = GuardedRun(program, {0: torch.ones(1).double(), 1: torch.ones(4).double()})
    run.run()
    assert run.memory[1].tolist() == [0.0] * 4


@pytest.mark.parametrize("dtype", ["f32", "f64", "i64"])
@pytest.mark.parametrize(("shape", "dim"), [((10, 25), 0), ((10, 25), 1), ((7,), 0), ((3, 4, 5), 1), ((1, 3), 0)])
def test_cumulative_sums_are_right(shape, dim, dtype) -> None:
    source, out = contiguous(0, shape, dtype), contiguous(1, shape, dtype)
    for to in (out, source):
        storages = {number: Storage(dtype, source.count, "state") for number in range(2)}
        program = Program((Scan(to, source, dim, "forward"),), storages, "f64", 0, 0, 0, 0)
        assert_like_interpreted(program, host_target(), memory=memory_of(program))


def test_long_cumulative_sums_are_as_exact_as_pytorchs() -> None:
    values = torch.rand(50_000, generator=torch.Generator().manual_seed(0))
    view = contiguous(0, (50_000,), "f32")
    program = Program((Scan(view, view, 0, "forward"),), {0: Storage("f32", 50_000, "state")}, "f32", 0, 0, 0, 0)
    run = GuardedRun(program, {0: values})
    run.run()
    torch.testing.assert_close(run.memory[0], values.cumsum(0), rtol=1e-6, atol=0)
