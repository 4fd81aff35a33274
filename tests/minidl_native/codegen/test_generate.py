from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from minidl_native.kernels.program import Program
from tests.support.compiled_programs import assert_like_interpreted, targets
from tests.support.random_programs import INPUTS, SAMPLES, TARGETS, data_for, memory_for, programs


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
