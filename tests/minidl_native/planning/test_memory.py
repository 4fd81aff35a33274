"""Planning memory: storages share the arena without disturbing each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from minidl_native.kernels.expression import Constant, Load
from minidl_native.kernels.kernel import Elementwise, Foreign
from minidl_native.kernels.program import Program, Storage
from minidl_native.kernels.view import View, contiguous
from minidl_native.passes.improve import improve
from minidl_native.planning.fusing import fuse
from minidl_native.planning.layout import Place, Slot
from minidl_native.planning.memory import plan_memory
from tests.support.program_outcome import assert_same_outcome
from tests.support.random_programs import programs
from tests.support.step_programs import step_program


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(programs())
def test_programs_give_the_same_results_in_one_arena(program) -> None:
    assert_same_outcome(program, program, plan_memory(program))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(programs())
def test_improved_and_fused_programs_give_the_same_results_in_one_arena(program) -> None:
    planned = fuse(improve(program))
    assert_same_outcome(planned, program, plan_memory(planned))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_steps_give_the_same_results_in_one_arena(optimizer) -> None:
    program = step_program((3, 7, 5, 2), optimizer)
    planned = fuse(improve(program))
    assert_same_outcome(planned, program, plan_memory(planned))


def test_what_outlives_a_step_has_a_slot_of_its_own() -> None:
    program = step_program((2, 25, 2), "adam")
    layout = plan_memory(program)
    states = [number for number, storage in sorted(program.storages.items()) if storage.role == "state"]
    assert [layout.places[number].slot for number in states] == [10, 11, 12]
    assert layout.slots == 13


def test_the_arena_is_smaller_than_its_storages_together() -> None:
    program = step_program((2, *[25] * 20, 2))
    layout = plan_memory(program)
    inside = [number for number, place in layout.places.items() if place.slot == Slot.ARENA]
    assert layout.arena < 0.6 * sum(4 * program.storages[number].size for number in inside)


def test_storages_that_one_kernel_uses_lie_in_different_places() -> None:
    program = fuse(improve(step_program((2, 25, 25, 2))))
    layout = plan_memory(program)
    for kernel in program.kernels:
        used = {view.storage for view in (*kernel.reads, *kernel.writes)}
        places = [layout.places[number] for number in used if number in layout.places]
        ranges = sorted(
            (4 * place.offset, 4 * (place.offset + program.storages[number].size) + 64)
            for number in used
            if number in layout.places and (place := layout.places[number]).slot == Slot.ARENA
        )
        assert len({(place.slot, place.offset) for place in places}) == len(places)
        assert all(one[1] <= other[0] for one, other in pairwise(ranges))


def test_operations_of_pytorch_may_be_given_memory_that_nothing_has_written() -> None:
    out = contiguous(0, (4,), "f32")
    foreign = Foreign("aten.normal_.default", (out,), (), (out,), (out,), "forward")
    program = Program((foreign,), {0: Storage("f32", 4, "temporary")}, "f32", 0, 0, 0, 0)
    assert plan_memory(program).places[0] == Place(Slot.ARENA, 0)


def test_reading_what_the_step_has_not_written_is_an_error() -> None:
    program = step_program((2, 25, 2))
    with pytest.raises(RuntimeError, match="storage 1 is read before the step has written all that is read"):
        plan_memory(replace(program, kernels=program.kernels[1:]))


def test_gaps_between_what_was_written_must_not_be_read() -> None:
    left, right = (View(0, start, (3, 2), (4, 1), "f32") for start in (0, 2))
    whole, out = contiguous(0, (3, 4), "f32"), contiguous(1, (3, 4), "f32")
    kernels = [
        Elementwise(left, Constant(1.0, "f32"), "forward"),
        Elementwise(right, Load(left), "forward"),
        Elementwise(out, Load(whole), "forward"),
    ]
    program = Program(tuple(kernels), {n: Storage("f32", 12, "temporary") for n in (0, 1)}, "f32", 0, 0, 0, 0)
    plan_memory(program)
    with pytest.raises(RuntimeError, match="storage 0 is read before"):
        plan_memory(replace(program, kernels=(kernels[0], kernels[2])))
