from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.codegen.generate import generate
from minidl_native.codegen.target import Target
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.expression import Apply, Constant, Expression, Load, Number
from minidl_native.kernels.kernel import Elementwise, Fused, Kernel
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import DType, View, contiguous
from tests.support.compiled_programs import GuardedRun, assert_like_interpreted, plain_layout, targets
from tests.support.kernel_interpreter import DTYPES

SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 1e30, math.inf, -math.inf, math.nan)
ONE_ARGUMENT = ("neg", "abs", "sign", "sqrt", "floor", "ceil", "round", "trunc")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")


def program_of(*kernels: Kernel, roles: dict[int, str] | None = None, numbers: int = 0) -> Program:
    """Return a program whose storages are as large as its kernels' views need."""
    sizes: dict[int, tuple[DType, int]] = {}
    for kernel in kernels:
        for view in (*kernel.reads, *kernel.writes):
            before = sizes.get(view.storage, (view.dtype, 0))[1]
            sizes[view.storage] = (view.dtype, max(before, view.end))
    storages = {
        number: Storage(dtype, size, (roles or {}).get(number, "state")) for number, (dtype, size) in sizes.items()
    }
    return Program(kernels, storages, "f64", 0, 0, numbers, 0)


def expression(function: str, *views: View, dtype: DType | None = None) -> Expression:
    return Apply(function, tuple(Load(view) for view in views), dtype or views[0].dtype)


def check_function(
    function: str, values: torch.Tensor, others: torch.Tensor | None = None, result: DType | None = None
) -> None:
    """Compare a function of special values with PyTorch's, bit by bit."""
    names = {dtype: name for name, dtype in DTYPES.items()}
    view = contiguous(0, values.shape, names[values.dtype])
    views = (view,) if others is None else (view, replace(view, storage=1))
    out = replace(view, storage=2, dtype=result or view.dtype)
    program = program_of(Elementwise(out, expression(function, *views, dtype=out.dtype), "forward"))
    memory = {0: values, 2: torch.zeros(values.shape, dtype=DTYPES[out.dtype])} | (
        {} if others is None else {1: others}
    )
    for target in targets():
        run = assert_like_interpreted(program, target, memory=memory)
        found = run.memory[2]
        if found.dtype.is_floating_point and function not in {"maximum", "minimum"}:
            expected = {number: tensor.clone() for number, tensor in memory.items()}
            from tests.support.kernel_interpreter import interpret

            interpret(program, expected)
            assert (
                found.signbit().logical_or(found.isnan()).tolist()
                == expected[2].signbit().logical_or(expected[2].isnan()).tolist()
            )


@pytest.mark.parametrize("function", ONE_ARGUMENT)
def test_functions_of_one_number_treat_special_values_like_pytorch(function) -> None:
    check_function(function, torch.tensor(SPECIAL, dtype=torch.float32))


@pytest.mark.parametrize("function", ["add", "sub", "mul", "div", "maximum", "minimum"])
def test_functions_of_two_numbers_treat_special_values_like_pytorch(function) -> None:
    first, second = torch.cartesian_prod(*[torch.tensor(SPECIAL, dtype=torch.float64)] * 2).T.contiguous()
    check_function(function, first, second)


@pytest.mark.parametrize("function", COMPARISONS)
def test_comparisons_treat_special_values_like_pytorch(function) -> None:
    first, second = torch.cartesian_prod(*[torch.tensor(SPECIAL, dtype=torch.float32)] * 2).T.contiguous()
    check_function(function, first, second, "b1")
    integers = torch.tensor([3, -3, 0, 2**40, 3]), torch.tensor([3, 3, -1, 5, 4])
    check_function(function, *integers, "b1")


@pytest.mark.parametrize("function", ["and", "or", "xor"])
def test_bits_are_combined_like_pytorchs(function) -> None:
    check_function(function, torch.tensor([True, True, False]), torch.tensor([True, False, False]))
    check_function(function, torch.tensor([12, -1, 2**60]), torch.tensor([10, 7, 2**60 + 1]))


@pytest.mark.parametrize("values", [torch.tensor([True, False]), torch.tensor([5, -1])])
def test_bits_are_inverted(values) -> None:
    check_function("not", values)


@pytest.mark.parametrize("function", ["neg", "abs", "sign", "add", "sub", "mul", "maximum", "minimum"])
def test_functions_of_integers_are_like_pytorchs(function) -> None:
    first, second = torch.tensor([3, -7, 0, 2**40]), torch.tensor([-5, -7, 1, 3])
    check_function(function, first, None if function in {"neg", "abs", "sign"} else second)


@pytest.mark.parametrize("source", ["f32", "f64", "i64", "b1"])
@pytest.mark.parametrize("result", ["f32", "f64", "i64", "b1"])
def test_numbers_are_converted(source, result) -> None:
    values = torch.tensor([0.0, 1.0, -2.75, 3.5, 100.25] * 4).to(DTYPES[source])
    check_function("convert", values, result=result)


def test_a_selection_takes_elements_by_a_condition() -> None:
    condition, first, second, out = (
        contiguous(number, (3, 7), dtype) for number, dtype in enumerate(("b1", "f32", "f32", "f32"))
    )
    value = Apply("select", (Load(condition), Load(first), Load(second)), "f32")
    memory = {0: torch.arange(21) % 3 == 0, 1: torch.arange(21.0), 2: -torch.arange(21.0), 3: torch.zeros(21)}
    for target in targets():
        assert_like_interpreted(program_of(Elementwise(out, value, "forward")), target, memory=memory)


def test_relu_keeps_nan() -> None:
    view = contiguous(0, (3,), "f32")
    value = Apply("maximum", (Load(view), Constant(0.0, "f32")), "f32")
    run = GuardedRun(program_of(Elementwise(view, value, "forward")), {0: torch.tensor([math.nan, -1.0, 2.0])})
    run.run()
    assert run.memory[0].isnan().tolist() == [True, False, False]
    assert run.memory[0][1:].tolist() == [0.0, 2.0]


@pytest.mark.slow
@given(
    shape=st.lists(st.sampled_from((1, 2, 3, 5, 8, 15, 17, 33, 40)), min_size=0, max_size=3).map(tuple),
    dtype=st.sampled_from(("f32", "f64", "i64", "b1")),
    layouts=st.tuples(*[st.sampled_from(("dense", "transposed", "gaps", "repeated"))] * 3),
    target=st.sampled_from(targets()),
    is_in_place=st.booleans(),
)
def test_all_sizes_and_layouts_are_right(shape, dtype, layouts, target, is_in_place) -> None:
    views = [laid_out(number, shape, dtype, layout) for number, layout in enumerate(layouts)]
    out = laid_out(3, shape, dtype, "dense" if layouts[0] == "repeated" else layouts[0])
    if is_in_place:
        views[0] = out
    function = {"b1": "xor", "i64": "add"}.get(dtype, "mul")
    value = Apply(function, (expression(function, *views[:2]), Load(views[2])), dtype)
    program = program_of(Elementwise(out, value, "forward"))
    generator = torch.Generator().manual_seed(0)
    memory = {
        number: torch.randint(-3, 4, (storage.size,), generator=generator).to(DTYPES[dtype])
        for number, storage in program.storages.items()
    }
    assert_like_interpreted(program, target, memory=memory)


def laid_out(storage: int, shape: tuple[int, ...], dtype: DType, layout: str) -> View:
    """Return a view of a shape: dense, with dimensions in reverse order, with gaps, or with a repeated dimension."""
    view = contiguous(storage, shape, dtype)
    if layout == "transposed":
        return replace(
            contiguous(storage, shape[::-1], dtype),
            shape=shape,
            strides=contiguous(0, shape[::-1], dtype).strides[::-1],
        )
    if layout == "gaps" and shape:
        wide = contiguous(storage, (*shape[:-1], shape[-1] * 2), dtype)
        return replace(wide, shape=shape, offset=1, strides=(*wide.strides[:-1], 2 if shape[-1] % 2 else 1))
    if layout == "repeated" and shape:
        return replace(view, strides=(0, *view.strides[1:]))
    return view


def test_elements_of_several_types_share_a_loop() -> None:
    """Dropout: random numbers, a comparison, and a product."""
    shape = (10, 25)
    random, kept, x = (contiguous(number, shape, dtype) for number, dtype in enumerate(("i64", "b1", "f32")))
    low = Apply("and", (Load(random), Constant(2**53 - 1, "i64")), "i64")
    parts = (
        Elementwise(kept, Apply("lt", (low, Constant(2**52, "i64")), "b1"), "forward"),
        Elementwise(x, Apply("mul", (Load(x), Apply("convert", (Load(kept),), "f32")), "f32"), "forward"),
    )
    generator = torch.Generator().manual_seed(0)
    memory = {
        0: torch.randint(0, 2**63 - 1, (250,), generator=generator),
        2: torch.ones(250),
        1: torch.zeros(250).bool(),
    }
    for target in targets():
        run = assert_like_interpreted(program_of(Fused(parts, frozenset(), "forward")), target, memory=memory)
        assert 80 < run.memory[2].sum() < 170


def test_values_that_stay_in_registers_have_no_memory() -> None:
    x, inner, out = (contiguous(number, (40,), "f32") for number in range(3))
    parts = (
        Elementwise(inner, expression("mul", x, x), "forward"),
        Elementwise(out, expression("add", inner, x), "forward"),
        Elementwise(x, expression("sub", inner, out), "forward"),
    )
    program = program_of(Fused(parts, frozenset({1}), "forward"), roles={1: "temporary"})
    layout = plain_layout(program)
    assert 1 not in layout.places
    assert_like_interpreted(program, host_target(), memory={0: torch.rand(40), 2: torch.zeros(40)})


def test_elements_are_loaded_once() -> None:
    x, y, z = (contiguous(number, (8,), "f64") for number in range(3))
    parts = (
        Elementwise(y, expression("mul", x, x), "forward"),
        Elementwise(z, expression("add", y, x), "forward"),
    )
    program = program_of(Fused(parts, frozenset(), "forward"))
    assert generate(program, plain_layout(program), Target(16, 8)).ir.count("load <8 x double>") == 1


def test_equal_parts_of_an_expression_are_computed_once() -> None:
    x, out = contiguous(0, (16,), "f32"), contiguous(1, (16,), "f32")
    root = expression("exp", x)
    program = program_of(Elementwise(out, Apply("mul", (root, root), "f32"), "forward"))
    assert (
        generate(program, plain_layout(program), Target(16, 8)).ir.count("@minidl_exp_f32_16(") == 2
    )  # with its definition


def test_numbers_are_read_in_each_step() -> None:
    x = contiguous(0, (5,), "f32")
    value = Apply("add", (Load(x), Number(1, "f32")), "f32")
    numbers = torch.tensor([[9.0, 1.0], [9.0, 10.0], [9.0, 100.0]], dtype=torch.float64)
    program = program_of(Elementwise(x, value, "update"), numbers=2)
    run = assert_like_interpreted(program, host_target(), steps=3, numbers=numbers, memory={0: torch.zeros(5)})
    assert run.memory[0].tolist() == [111.0] * 5


def test_a_value_of_numbers_alone_is_computed_before_the_loop() -> None:
    x = contiguous(0, (1000,), "f64")
    ratio = Apply("div", (Number(0, "f64"), Apply("sqrt", (Number(1, "f64"),), "f64")), "f64")
    value = Apply("add", (Apply("mul", (Load(x), ratio), "f64"), Apply("neg", (ratio,), "f64")), "f64")
    program = program_of(Elementwise(x, value, "update"), numbers=2)
    before_loop = generate(program, plain_layout(program), Target(16, 8)).ir.partition("loop")[0]
    assert before_loop.count("fdiv") == before_loop.count("sqrt") == before_loop.count("fneg") == 1
    numbers = torch.tensor([[3.0, 4.0], [1.0, 16.0]], dtype=torch.float64)
    assert_like_interpreted(program, host_target(), steps=2, numbers=numbers)


def test_the_sign_of_zero_makes_two_functions() -> None:
    first, second = contiguous(0, (4,), "f64"), contiguous(1, (4,), "f64")
    program = program_of(
        Elementwise(first, Constant(0.0, "f64"), "forward"), Elementwise(second, Constant(-0.0, "f64"), "forward")
    )
    run = GuardedRun(program, {0: torch.ones(4).double(), 1: torch.ones(4).double()})
    run.run()
    assert run.memory[0].signbit().tolist() == [False] * 4
    assert run.memory[1].signbit().tolist() == [True] * 4


def test_kernels_that_differ_in_place_alone_share_a_function() -> None:
    kernels = [
        Elementwise(View(0, offset, (6,), (1,), "f64"), Load(View(1, offset + 1, (6,), (1,), "f64")), phase)
        for offset, phase in ((0, "forward"), (7, "backward"))
    ]
    program = program_of(*kernels)
    assert generate(program, plain_layout(program), Target(16, 8)).ir.count("define internal") == 1
    assert_like_interpreted(program, host_target())


def test_an_unknown_function_is_refused() -> None:
    view = contiguous(0, (2,), "i64")
    program = program_of(Elementwise(view, expression("sqrt", view), "forward"))
    with pytest.raises(NotImplementedError, match="sqrt of i64"):
        generate(program, plain_layout(program), Target(16, 8))


def test_views_without_elements_do_nothing() -> None:
    view = contiguous(0, (3, 0), "f64")
    program = replace(
        program_of(Elementwise(view, Constant(1.0, "f64"), "forward")), storages={0: Storage("f64", 1, "state")}
    )
    assert_like_interpreted(program, host_target())
