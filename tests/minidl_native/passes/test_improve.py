"""All passes together: improved programs give the same results, and the standard step becomes short."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl_native.kernels.kernel import Elementwise, Product, Reduction
from minidl_native.kernels.listing import listing
from minidl_native.passes.improve import PASSES, improve
from tests.support.program_outcome import assert_same_outcome
from tests.support.random_programs import programs
from tests.support.step_programs import step_program


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(programs(), st.sampled_from(PASSES))
def test_each_pass_keeps_the_results(program, run) -> None:
    assert_same_outcome(run(program), program)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(programs())
def test_all_passes_together_keep_the_results_and_come_to_an_end(program) -> None:
    improved = improve(program)
    assert_same_outcome(improved, program)
    assert improve(improved) is improved


def test_a_step_with_sgd_is_its_formulas() -> None:
    assert listing(improve(step_program((2, 25, 2)))).splitlines() == [
        "forward:",
        "  t1[10, 2] = rows of the training inputs",
        "  t2[10, 2] = rows of the training targets",
        "  t4[10, 25] = t1[10, 2] @ s0.mT[2, 25] + s0@50[*, 25]",
        "  t5[10, 25] = maximum(t4, 0)",
        "  t7[10, 2] = t5[10, 25] @ s0@75.mT[25, 2] + s0@125[*, 2]",
        "  t11[*, *] = 0.1 * sum over [10, 2] of ((t7 - t2) * (t7 - t2))",
        "  result 0 = t11[], which must be finite",
        "  t12[10, 2] = ((t7 - t2) * 0.2)",
        "backward:",
        "  t15[10, 25] = t12[10, 2] @ s0@75[2, 25]",
        "  t17[10, 25] = (sign(t5) * t15)",
        "update:",
        "  s0[25, 2] += neg(number0) * t17.mT[25, 10] @ t1[10, 2]",
        "  s0@50[*, 25] += neg(number0) * sum over [10, -] of t17",
        "  s0@75[2, 25] += neg(number0) * t12.mT[2, 10] @ t5[10, 25]",
        "  s0@125[*, 2] += neg(number0) * sum over [10, -] of t12",
    ]


def test_the_standard_step_keeps_no_copy_and_no_gradient() -> None:
    kernels = improve(step_program((2, 25, 25, 25, 2))).kernels
    updates = [kernel for kernel in kernels if kernel.phase == "update"]
    assert [type(kernel) for kernel in updates] == [Product, Reduction] * 4
    assert sum(isinstance(kernel, Elementwise) for kernel in kernels) == 3 + 1 + 3  # relu, loss, relu
    assert len(kernels) == 26


def test_momentum_adds_products_to_what_it_keeps() -> None:
    text = listing(improve(step_program((2, 25, 2), "momentum")))
    assert "s22[25, 2] = t17.mT[25, 10] @ t1[10, 2] + 0.9 * s22[25, 2]" in text
    assert "s0[127] = (s0 - (s22 * number0))" in text


def test_adam_updates_all_parameters_in_one_piece() -> None:
    kernels = improve(step_program((2, 25, 2), "adam")).kernels
    updates = [kernel for kernel in kernels if kernel.phase == "update"]
    assert [kernel.writes[0].shape for kernel in updates] == [(127,)] * 3


def test_steps_with_each_optimizer_keep_the_results() -> None:
    for optimizer in ("sgd", "momentum", "adam"):
        program = step_program((3, 7, 5, 2), optimizer)
        assert_same_outcome(improve(program), program)
