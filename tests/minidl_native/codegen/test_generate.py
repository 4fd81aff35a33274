from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.codegen.generate import generate
from minidl_native.codegen.target import Target
from minidl_native.compiling.processor import host_target
from minidl_native.kernels.program import Program
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.memory import plan_memory
from tests.support.compiled_programs import GuardedRun, assert_like_interpreted, targets
from tests.support.kernel_interpreter import interpret
from tests.support.random_programs import INPUTS, NUMBERS, ROWS, SAMPLES, TARGETS, data_for, memory_for, programs
from tests.support.step_programs import step_program


def check(program: Program, seed: int, target, steps: int = 3) -> None:
    generator = torch.Generator().manual_seed(seed)
    data = data_for(program, seed)
    assert_like_interpreted(
        program,
        target,
        steps=steps,
        memory=memory_for(program, seed),
        rows=torch.cat([torch.randperm(SAMPLES, generator=generator)[: program.batch] for _ in range(steps)]),
        inputs=data[INPUTS],
        targets=data[TARGETS],
        numbers=torch.rand(steps, program.numbers, dtype=torch.float64, generator=generator),
    )


@pytest.mark.slow
@given(programs("f64"), st.integers(0, 99), st.sampled_from(targets()))
def test_random_programs_compute_what_the_interpreter_computes(program, seed, target) -> None:
    check(program, seed, target)


@pytest.mark.slow
@given(programs("f64"), st.integers(0, 99), st.sampled_from(targets()))
def test_improved_and_fused_programs_in_shared_memory_compute_the_same(program, seed, target) -> None:
    better = fuse(improve(program))
    data, memory = data_for(program, seed), memory_for(program, seed)
    numbers = data[NUMBERS].view(1, -1)
    tables = {"rows": data[ROWS], "inputs": data[INPUTS], "targets": data[TARGETS]}
    run = GuardedRun(better, memory, target=target, numbers=numbers, layout=plan_memory(better), **tables)
    complete = run.run()
    expected = {number: tensor.clone() for number, tensor in memory.items()}
    results = torch.zeros(program.results, dtype=torch.float64)
    assert interpret(program, expected, results=results, numbers=numbers[0].tolist(), **tables) == complete
    torch.testing.assert_close(run.results[0], results, rtol=1e-9, atol=1e-9, equal_nan=True)
    for number, tensor in run.memory.items():
        if program.storages[number].role == "state":
            torch.testing.assert_close(tensor, expected[number], rtol=1e-9, atol=1e-9, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_steps_of_a_small_network_are_right_and_leave_no_trace_outside_of_their_memory(optimizer) -> None:
    program = step_program((3, 25, 17, 2), optimizer)
    better = fuse(improve(program))
    generator = torch.Generator().manual_seed(0)
    memory = {number: tensor.abs() / 5 for number, tensor in memory_for(program, 0).items()}
    tables = {
        "inputs": torch.randn(20, 3, generator=generator),
        "targets": torch.randn(20, 2, generator=generator),
        "rows": torch.randint(0, 20, (30,), generator=generator),
        "numbers": torch.full((3, 2), 0.01, dtype=torch.float64),
    }
    run = assert_like_interpreted(better, host_target(), steps=3, memory=memory, **tables)
    planned = GuardedRun(better, memory, steps=3, layout=plan_memory(better), **tables)
    assert planned.run() == 3
    assert planned.results.tolist() == run.results.tolist()
    assert all(torch.equal(planned.memory[number], tensor) for number, tensor in run.memory.items())


def test_a_program_always_has_the_same_text_with_names_of_kernels_and_sizes() -> None:
    program = fuse(improve(step_program((2, 25, 25, 2))))
    layout, target = plan_memory(program), Target(16, 8, registers=32, masks=True)
    text = generate(program, layout, target).ir
    assert generate(program, layout, target).ir == text
    for name in ("take_rows_10x2", "product_10x25x25", "product_25x10x25", "reduction_10x25"):
        assert f"call void @{name}_" in text


def test_equal_layers_share_functions() -> None:
    def functions(*widths: int) -> int:
        program = fuse(improve(step_program(widths)))
        return generate(program, plan_memory(program), Target(16, 8)).ir.count("define internal")

    assert functions(2, *(25,) * 20, 2) == functions(2, *(25,) * 5, 2)
