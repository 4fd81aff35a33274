"""The interpreter, which is the oracle of other tests, finds kernels that break their rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.kernels.expression import Apply, Constant, Load
from minidl_native.kernels.kernel import Elementwise, Foreign, Fused, Kernel, Product, Reduction, StoreResult
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous
from tests.support.kernel_interpreter import interpret
from tests.support.random_programs import data_for, memory_for, programs

A, B, C = (contiguous(number, (2, 3), "f64") for number in range(3))
ONE = Constant(1.0, "f64")


def program_of(*kernels: Kernel) -> Program:
    storages = {number: Storage("f64", 6, "state") for number in range(2)} | {2: Storage("f64", 6, "temporary")}
    return Program(kernels, storages, "f64", 2, 1, 0, 0)


def plus(first: View, second: View) -> Apply:
    return Apply("add", (Load(first), Load(second)), "f64")


def test_kernels_compute_what_their_docstrings_say() -> None:
    x, results = torch.arange(6.0).double(), torch.zeros(1).double()
    memory = {0: x.clone(), 1: x.clone()}
    over = replace(B, strides=(0, 1))
    kernels = (
        Fused(
            (Elementwise(C, plus(A, A), "forward"), Elementwise(A, plus(C, A), "forward")), frozenset({2}), "forward"
        ),
        Reduction(over, Load(A), (0,), "sum", Constant(0.5, "f64"), accumulate=True, phase="forward"),
        Foreign("aten.cumsum.default", (A, 1), (), (A,), (A,), "forward"),
        StoreResult(View(0, 1, (), (), "f64"), 0, ends_run=True, phase="forward"),
    )
    assert interpret(program_of(*kernels), memory, results=results)
    expected = 3 * x.view(2, 3)
    assert torch.equal(memory[1].view(2, 3)[0], x.view(2, 3)[0] + expected.sum(0) / 2)
    assert torch.equal(memory[0].view(2, 3), expected.cumsum(1))
    assert results[0] == expected[0, :2].sum()


def test_an_infinite_result_ends_the_step() -> None:
    memory = {0: torch.full((6,), torch.inf).double(), 1: torch.zeros(6).double()}
    stop = StoreResult(View(0, 0, (), (), "f64"), 0, ends_run=True, phase="forward")
    results = torch.zeros(1).double()
    assert not interpret(program_of(stop, Elementwise(B, ONE, "forward")), memory, results=results)
    assert memory[1].sum() == 0


@pytest.mark.parametrize(
    "kernel",
    [
        Elementwise(View(0, 1, (5,), (1,), "f64"), Load(View(0, 0, (5,), (1,), "f64")), "forward"),
        Elementwise(View(0, 0, (2, 3), (0, 1), "f64"), Load(B), "forward"),
        Elementwise(A, Load(replace(A, shape=(3,), strides=(1,))), "forward"),
        Elementwise(A, Load(replace(A, dtype="f32")), "forward"),
        Elementwise(A, Constant(1, "i64"), "forward"),
        Elementwise(replace(A, offset=1), ONE, "forward"),
        Product(View(0, 0, (2, 2), (2, 1), "f64"), A, View(1, 0, (3, 2), (1, 3), "f64"), None, ONE, ONE, "forward"),
        Reduction(A, Load(B), (0,), "sum", None, accumulate=False, phase="forward"),
    ],
)
def test_kernels_that_break_a_rule_are_found(kernel) -> None:
    with pytest.raises(AssertionError):
        interpret(program_of(kernel), {0: torch.ones(6).double(), 1: torch.ones(6).double()})


@given(programs(), st.integers(0, 99))
def test_random_programs_keep_the_rules_and_read_only_what_was_written(program, seed) -> None:
    data, memory = data_for(program, seed), memory_for(program, seed)
    assert interpret(program, memory, **data)
    assert all(torch.isfinite(one).all() for one in (*memory.values(), data["results"]))
