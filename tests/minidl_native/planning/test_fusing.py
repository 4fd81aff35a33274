"""Fusing: fewer loops, the same results."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from minidl_native.kernels.kernel import Fused
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from tests.support.program_outcome import assert_same_outcome
from tests.support.random_programs import programs
from tests.support.step_programs import step_program


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(programs())
def test_fusing_keeps_the_results(program) -> None:
    assert_same_outcome(fuse(program), program)


def test_adam_updates_everything_in_one_loop() -> None:
    program = fuse(improve(step_program((2, 25, 2), "adam")))
    (update,) = [kernel for kernel in program.kernels if kernel.phase == "update"]
    assert isinstance(update, Fused)
    assert len(update.parts) == 3
