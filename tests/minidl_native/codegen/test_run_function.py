"""The loop over the steps: what moves on, what is measured, and what ends it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from minidl_native.codegen.clock import PHASES
from minidl_native.codegen.generate import generate
from minidl_native.codegen.target import Target
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.expression import Apply, Constant, Load
from minidl_native.kernels.kernel import Elementwise, Foreign, Kernel, StoreResult, TakeRows
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous
from tests.support.compiled_programs import GuardedRun, assert_like_interpreted, plain_layout, targets

COUNTER = View(0, 0, (), (), "f32")
COUNT = Elementwise(COUNTER, Apply("add", (Load(COUNTER), Constant(1.0, "f32")), "f32"), "update")


def counting(*kernels: Kernel, results: int = 1) -> Program:
    """Return a program whose state counts its steps after the kernels."""
    return Program((*kernels, COUNT), {0: Storage("f32", 1, "state")}, "f32", 0, results, 0, 0)


@pytest.mark.parametrize("features", [(), (1,), (2,), (25,), (40,), (3, 5), (200,)])
@pytest.mark.parametrize("dtype", ["f32", "f64", "i64"])
def test_rows_are_taken_step_by_step(features, dtype) -> None:
    out = contiguous(0, (4, *features), dtype)
    result = contiguous(1, (4, *features), dtype)
    program = Program(
        (TakeRows(out, "inputs"), Elementwise(result, Load(out), "forward")),
        {0: Storage(dtype, out.count, "temporary"), 1: Storage(dtype, out.count, "state")},
        "f32",
        4,
        0,
        0,
        0,
    )
    inputs = (
        torch.arange(12 * math.prod(features))
        .view(12, *features)
        .to({"f32": torch.float32, "f64": torch.float64, "i64": torch.int64}[dtype])
    )
    for target in targets():
        for steps in (1, 3):
            rows = torch.randperm(12, generator=torch.Generator().manual_seed(0))[: 4 * steps]
            zeros = torch.zeros(out.count, dtype=inputs.dtype)
            run = assert_like_interpreted(program, target, steps=steps, rows=rows, inputs=inputs, memory={1: zeros})
            assert run.memory[1].view(4, *features).tolist() == inputs[rows[-4:]].tolist()


@pytest.mark.parametrize("strides", [(30, 1), (1, 4), (40, 2)])
def test_rows_are_taken_to_any_strides(strides) -> None:
    out = View(0, 3, (4, 20), strides, "f32")
    program = Program((TakeRows(out, "targets"),), {0: Storage("f32", out.end, "state")}, "f32", 4, 0, 0, 0)
    targets_ = torch.rand(9, 20)
    rows = torch.tensor([8, 0, 3, 3])
    assert_like_interpreted(program, host_target(), rows=rows, targets=targets_, memory={0: torch.zeros(out.end)})


def test_results_are_stored_for_each_step_and_converted() -> None:
    integer = View(1, 2, (), (), "i64")
    program = replace(
        counting(
            StoreResult(COUNTER, 1, ends_run=True, phase="forward"),
            StoreResult(integer, 0, ends_run=False, phase="forward"),
            results=2,
        ),
        storages={0: Storage("f32", 1, "state"), 1: Storage("i64", 3, "state")},
    )
    run = GuardedRun(program, {0: torch.zeros(1), 1: torch.tensor([5, 6, -7])}, steps=4)
    assert run.run() == 4
    assert run.results.tolist() == [[-7.0, float(step)] for step in range(4)]


@pytest.mark.parametrize("last", [math.inf, -math.inf, math.nan])
def test_a_result_that_is_not_finite_ends_the_run_before_the_update(last) -> None:
    batch = View(1, 0, (1,), (1,), "f32")
    program = Program(
        (
            TakeRows(batch, "inputs"),
            StoreResult(replace(batch, shape=(), strides=()), 0, ends_run=True, phase="forward"),
            COUNT,
        ),
        {0: Storage("f32", 1, "state"), 1: Storage("f32", 1, "temporary")},
        "f32",
        1,
        1,
        0,
        0,
    )
    run = GuardedRun(
        program, {0: torch.zeros(1)}, steps=5, rows=torch.arange(5), inputs=torch.tensor([1.0, 2.0, last, 4.0, 5.0])
    )
    assert run.run() == 2
    assert run.memory[0].item() == 2.0
    assert run.results[:2].flatten().tolist() == [1.0, 2.0]
    assert not run.results[2].isfinite()
    assert run.results[3:].flatten().tolist() == [0.0, 0.0]


def test_a_result_that_does_not_end_the_run_may_be_infinite() -> None:
    program = counting(StoreResult(COUNTER, 0, ends_run=False, phase="forward"))
    run = GuardedRun(program, {0: torch.tensor([math.inf])}, steps=3)
    assert run.run() == 3


def test_foreign_operations_are_called_back_in_order() -> None:
    foreign = Foreign("aten.sin_.default", (COUNTER,), (), (COUNTER,), (COUNTER,), "forward")
    program = counting(foreign, foreign, replace(foreign, phase="backward"))
    run = GuardedRun(program, {0: torch.zeros(1)}, steps=2)
    assert run.run() == 2
    assert run.called == [0, 1, 2] * 2


def test_a_foreign_operation_that_fails_ends_the_run() -> None:
    foreign = Foreign("aten.sin_.default", (COUNTER,), (), (COUNTER,), (COUNTER,), "forward")
    calls: list[int] = []

    def callback(number: int) -> int:
        calls.append(number)
        return int(len(calls) == 4)

    run = GuardedRun(counting(foreign, foreign), {0: torch.zeros(1)}, steps=9, callback=callback)
    assert run.run() == 1
    assert calls == [0, 1, 0, 1]
    assert run.memory[0].item() == 1.0


def test_the_callback_sees_what_kernels_wrote_and_kernels_what_it_writes() -> None:
    seen: list[float] = []

    def callback(number: int) -> int:
        del number
        seen.append(run.memory[0].item())
        run.memory[0] += 10
        return 0

    foreign = Foreign("aten.add_.Scalar", (COUNTER, 10), (), (COUNTER,), (COUNTER,), "forward")
    run = GuardedRun(counting(foreign, COUNT), {0: torch.zeros(1)}, steps=3, callback=callback)
    run.run()
    assert seen == [0.0, 12.0, 24.0]
    assert run.memory[0].item() == 36.0


def test_random_numbers_and_numbers_move_on_with_each_step() -> None:
    random, out = contiguous(1, (3,), "i64"), contiguous(2, (3,), "i64")
    kernel = Elementwise(out, Apply("add", (Load(out), Load(random)), "i64"), "forward")
    storages = {0: Storage("f32", 1, "state"), 1: Storage("i64", 3, "random"), 2: Storage("i64", 3, "state")}
    program = Program((kernel, COUNT), storages, "f32", 0, 0, 0, 3)
    drawn = torch.arange(12)
    memory = {0: torch.zeros(1), 2: torch.zeros(3, dtype=torch.int64)}
    run = assert_like_interpreted(program, host_target(), steps=4, random=drawn, memory=memory)
    assert run.memory[2].tolist() == drawn.view(4, 3).sum(0).tolist()


@pytest.mark.parametrize("steps", [1, 5, 40])
@pytest.mark.parametrize("busy", [0, 1, 2])
def test_cycles_are_measured_for_each_phase(steps, busy) -> None:
    value = View(1, 0, (20_000,), (1,), "f64")
    little = replace(value, shape=(8,))
    kernels = [
        Elementwise(value, Apply("sin", (Load(value),), "f64"), phase)
        if number == busy
        else Elementwise(little, Constant(0.5, "f64"), phase)
        for number, phase in enumerate(PHASES)
    ]
    storages = {0: Storage("f32", 1, "state"), 1: Storage("f64", 20_000, "state")}
    program = Program(tuple(kernels), storages, "f64", 0, 0, 0, 0)
    run = GuardedRun(program, {0: torch.zeros(1), 1: torch.rand(20_000).double()}, steps=steps)
    run.run()
    cycles = run.cycles.tolist()
    assert all(cycles[busy] > 10 * other > 0 for number, other in enumerate(cycles) if number != busy)
    assert steps * 10_000 < cycles[busy]


def test_no_steps_do_nothing() -> None:
    run = GuardedRun(counting(StoreResult(COUNTER, 0, ends_run=True, phase="forward")), {0: torch.zeros(1)}, steps=0)
    assert run.run() == 0
    assert run.memory[0].item() == 0.0
    assert run.cycles.tolist() == [0, 0, 0]


def test_the_clock_of_arm64_is_read_without_privileges() -> None:
    program = counting()
    text = generate(program, plain_layout(program), Target(4, 2, registers=32, clock="arm64")).ir
    assert "cntvct_el0" in text
    assert "readcyclecounter" not in text
