"""Each operation with kernels, lowered, improved, fused, placed and compiled, computes what PyTorch computes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from minidl_native.codegen.target import Target
from minidl_native.kernels.kernel import Foreign
from minidl_native.kernels.program import Program
from minidl_native.lowering.lower import lower
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.memory import plan_memory
from tests.support.compiled_programs import GuardedRun, targets
from tests.support.kernel_interpreter import empty_memory
from tests.support.operation_cases import (
    ELEMENTWISE,
    IN_PLACE,
    PRODUCTS_AND_COPIES,
    REDUCED,
    run_case,
    split_cases,
    tensors_of,
)
from tests.support.operation_recorder import OperationRecorder

CASES = split_cases(ELEMENTWISE + IN_PLACE + REDUCED + PRODUCTS_AND_COPIES)

TOLERANCE = {torch.float32: 3e-5, torch.float64: 3e-12}


def kept(program: Program, storages: set[int]) -> Program:
    """Return a program after which some storages count."""
    roles = {number: "state" if number in storages else one.role for number, one in program.storages.items()}
    changed = {number: replace(one, role=roles[number]) for number, one in program.storages.items()}
    return replace(program, storages=changed)


def assert_compiled(case: str, dtype: torch.dtype, target: Target, *, strided: bool) -> None:
    tensors, expected_tensors = (tensors_of(dtype, strided=strided) for _ in range(2))
    expected = [*run_case(case, expected_tensors), *expected_tensors.values()]
    recorder = OperationRecorder()
    before = [recorder.view(tensor) for tensor in tensors.values()]
    with torch.no_grad(), recorder:
        found = run_case(case, tensors)
    views = [*map(recorder.view, found), *before]
    lowered = lower(recorder.recording(dtype="f32" if dtype == torch.float32 else "f64"))
    if any(isinstance(kernel, Foreign) for kernel in lowered.kernels):
        return
    program = fuse(improve(kept(lowered, {view.storage for view in views})))
    run = GuardedRun(program, empty_memory(program) | recorder.memory, target=target, layout=plan_memory(program))
    assert run.run() == 1
    for view, one in zip(views, expected, strict=True):
        computed = run.memory[view.storage].as_strided(view.shape, view.strides, view.offset)
        torch.testing.assert_close(computed, one, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype], equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_compiled_operations_compute_what_pytorch_computes(case) -> None:
    assert_compiled(case, torch.float32, targets()[0], strided=False)
    assert_compiled(case, torch.float64, targets()[-1], strided=True)
