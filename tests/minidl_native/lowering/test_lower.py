"""Programs of recordings: results, random numbers, numbers that change, phases, and operations without kernels."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from minidl_native.kernels.expression import Number
from minidl_native.kernels.kernel import Elementwise, Foreign, Product, Reduction, StoreResult, TakeRows
from minidl_native.kernels.program import Program
from minidl_native.kernels.view import View
from minidl_native.lowering import random_numbers
from minidl_native.lowering.lower import lower
from minidl_native.lowering.random_numbers import drawn_source
from minidl_native.recording.recording import Recording
from tests.support.kernel_interpreter import interpret
from tests.support.operation_cases import tensors_of
from tests.support.operation_recorder import OperationRecorder, lowered


def kinds(program: Program) -> list[type]:
    return [type(kernel) for kernel in program.kernels]


def test_a_loss_is_stored_right_after_the_kernel_that_computes_it() -> None:
    recorder = OperationRecorder()
    x, y = torch.randn(3, 2).double(), torch.randn(3, 2).double()
    views = recorder.view(x, new=True), recorder.view(y, new=True)
    with torch.no_grad(), recorder:
        loss = (x - y).square().sum()
        recorder.phase = "backward"
        (x - y).mul_(2)
    program = lower(recorder.recording(*views, (recorder.view(loss),), is_step=True))
    assert kinds(program) == [
        TakeRows,
        TakeRows,
        Elementwise,
        Elementwise,
        Reduction,
        StoreResult,
        Elementwise,
        Elementwise,
    ]
    assert [kernel.phase for kernel in program.kernels] == ["forward"] * 6 + ["backward"] * 2
    assert (program.batch, program.results, program.draws) == (3, 1, 0)
    store = program.kernels[5]
    assert isinstance(store, StoreResult)
    assert store.ends_run
    assert {program.storages[view.storage].role for view in views} == {"temporary"}


def test_results_of_an_evaluation_never_end_it_and_may_be_of_other_memory() -> None:
    recorder = OperationRecorder()
    x, y = torch.randn(3, 2).double(), torch.tensor(math.inf).double()
    views = recorder.view(x), recorder.view(y)
    with torch.no_grad(), recorder:
        total = x.sum()
    program = lower(recorder.recording(*views, (recorder.view(total), views[1])))
    results = torch.zeros(2).double()
    assert interpret(program, recorder.memory, results=results)
    assert results.tolist() == [x.sum().item(), math.inf]
    assert program.batch == 0


def test_a_loss_is_stored_after_the_last_kernel_that_writes_it() -> None:
    recorder, x = OperationRecorder(), torch.ones(3).double()
    views = recorder.view(x), recorder.view(x)
    with torch.no_grad(), recorder:
        loss = x.sum()
        x.mul(2)
        loss.div_(2)
    results = torch.zeros(1).double()
    interpret(lower(recorder.recording(*views, (recorder.view(loss),))), recorder.memory, results=results)
    assert results[0] == 1.5


def test_numbers_that_change_are_read_from_the_table() -> None:
    x, m, w = (tensors_of(torch.float64, strided=True)[name] for name in ("u", "m", "w"))

    def compute(x: Tensor, m: Tensor, w: Tensor, first: float, second: float) -> list[Tensor]:
        x.mul_(first).add_(x, alpha=second).lerp_(x * 2, first)
        torch._foreach_mul_([m, w], [first, second])
        y = torch.addmm(x[:, :5], m, w.mT, beta=second, alpha=first)
        return [torch.full_like(y, second) * y, y.clamp(first, second), y**second]

    recorded, replayed = (0.40625, 2.0625), (0.9, 3.125)
    program, results, after = lowered(
        lambda *tensors: compute(*tensors, *recorded),
        x.clone(),
        m.clone(),
        w.clone(),
        changing=recorded,
        numbers=replayed,
    )
    assert not any(isinstance(kernel, Foreign) for kernel in program.kernels)
    products = [kernel for kernel in program.kernels if isinstance(kernel, Product)]
    assert [(one.alpha, one.beta) for one in products] == [(Number(0, "f64"), Number(1, "f64"))]
    expected = compute(x, m, w, *replayed)
    for computed, one in zip([*results, *after], [*expected, x, m, w], strict=True):
        torch.testing.assert_close(computed, one, rtol=1e-12, atol=1e-12, equal_nan=True)


def test_a_copy_of_a_reduction_leaves_the_reduction() -> None:
    x = torch.randn(4, 3).double()
    expected = x.mean(-1, keepdim=True)
    _, (copy, total), _ = lowered(lambda x: ((mean := x.mean(-1, keepdim=True)).clone(), mean + 1), x)
    torch.testing.assert_close(copy, expected)
    torch.testing.assert_close(total, expected + 1)


def test_numbers_that_change_are_given_to_operations_without_kernels() -> None:
    x = torch.randn(4).double()
    program, (result,), _ = lowered(lambda x: x.remainder(0.40625).fmod(2.0), x, changing=[0.40625], numbers=[0.3])
    assert kinds(program) == [Elementwise, Foreign, Foreign]
    torch.testing.assert_close(result, x.remainder(0.3).fmod(2.0))


def record_drawing(function, *generators: torch.Generator) -> tuple[Recording, Program, list[View], list[Tensor]]:
    recorder = OperationRecorder(generators)
    with torch.no_grad(), recorder:
        results = function(*generators)
    recording = recorder.recording()
    return recording, lower(recording), [recorder.view(one) for one in results], results


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 1 / 3, 1 - 2**-40, 1.0])
def test_random_numbers_drawn_ahead_are_those_of_pytorch(p) -> None:
    generator = torch.Generator().manual_seed(5)
    recording, program, views, results = record_drawing(
        lambda g: [
            torch.empty(7, 3).bernoulli_(p, generator=g),
            torch.empty(4, dtype=torch.int64).random_(generator=g),
            torch.bernoulli(torch.empty(5).double(), p, generator=g),
            torch.empty(2, 3, dtype=torch.bool).bernoulli_(p, generator=g),
        ],
        generator,
    )
    assert drawn_source(recording) == 0
    assert program.draws == 7 * 3 + 4 + 5 + 6
    draws = torch.empty(program.draws, dtype=torch.int64).random_(generator=generator.manual_seed(5))
    memory = {view.storage: torch.zeros(one.numel(), dtype=one.dtype) for view, one in zip(views, results, strict=True)}
    assert interpret(program, memory, random=draws)
    for view, expected in zip(views, results, strict=True):
        assert torch.equal(memory[view.storage].view(view.shape), expected)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.7])
def test_a_random_number_is_below_p_exactly_where_pytorchs_is(p) -> None:
    _, program, views, _ = record_drawing(lambda g: [torch.empty(3).bernoulli_(p, generator=g)], torch.Generator())
    draws = torch.tensor([int(p * 2**53) - 1, int(p * 2**53), int(p * 2**53) + 1 + 2**60])
    memory = {views[0].storage: torch.zeros(3)}
    interpret(program, memory, random=draws)
    assert memory[views[0].storage].tolist() == [float(draw % 2**53 * 2**-53 < p) for draw in draws.tolist()]


def test_memory_that_is_filled_with_random_numbers_is_not_read() -> None:
    _, program, *_ = record_drawing(lambda g: [torch.empty(3).normal_(0, 1, generator=g)], torch.Generator())
    (kernel,) = program.kernels
    assert kernel.reads == ()
    assert len(kernel.writes) == 1


def test_generators_of_other_operations_are_left_to_pytorch() -> None:
    first, second, third = (torch.Generator().manual_seed(seed) for seed in (1, 2, 3))
    recording, program, *_ = record_drawing(
        lambda g, h, i: [
            torch.empty(3).bernoulli_(0.5, generator=g),
            torch.empty(3).normal_(generator=g),
            torch.empty(3).bernoulli_(0.5, generator=h),
            torch.empty(3, 2).mT.bernoulli_(0.5, generator=i),
        ],
        first,
        second,
        third,
    )
    assert drawn_source(recording) == 1
    assert program.draws == 3
    assert kinds(program) == [Foreign, Foreign, Elementwise, Foreign]


def test_where_pytorch_draws_bernoulli_numbers_otherwise_they_are_left_to_it(monkeypatch) -> None:
    monkeypatch.setattr(random_numbers, "_draws_bernoulli_by_comparison", lambda: False)
    recording, program, *_ = record_drawing(
        lambda g: [torch.empty(3).bernoulli_(0.5, generator=g)], torch.Generator().manual_seed(1)
    )
    assert drawn_source(recording) is None
    assert (kinds(program), program.draws) == ([Foreign], 0)


def test_an_operation_that_fails_half_way_leaves_no_kernels() -> None:
    program, *_ = lowered(lambda x, i: torch._foreach_pow([x, i], 4), torch.ones(2), torch.ones(2, dtype=torch.int64))
    assert kinds(program) == [Foreign]
    used = {view.storage for kernel in program.kernels for view in (*kernel.reads, *kernel.writes)}
    assert used == {number for number, storage in program.storages.items() if storage.size}


def test_foreign_operations_write_new_results_first_and_changed_arguments_then() -> None:
    x, mean, var = torch.randn(4, 3), torch.zeros(3), torch.ones(3)
    program, *_ = lowered(
        lambda *t: torch.ops.aten.native_batch_norm(t[0], None, None, *t[1:], True, 0.1, 0), x, mean, var
    )
    (kernel,) = program.kernels
    assert [view.storage for view in kernel.writes] == [3, 4, 5, 1, 2]
    assert [view.storage for view in kernel.reads] == [0, 1, 2]


def test_a_reshape_that_copies_has_a_kernel_and_one_that_views_has_none() -> None:
    program, *_ = lowered(lambda x: (x.reshape(-1), x.mT.reshape(-1)), torch.randn(4, 3))
    assert kinds(program) == [Elementwise]


STEPS = {
    "x + y": 2, "x * y": 2, "x - 0.5 * y": 2, "torch.maximum(x, y)": 2, "x.tanh()": 1, "x.mT.contiguous().mT": 1, "x[:, :1] * y": 2,
    "x.sigmoid()": 1, "x.softmax(1)": 1, "x - x.mean(0)": 1, "x / (x.var(1, keepdim=True) + 1).sqrt()": 1, "x.cumsum(0) / 4": 1,
    "(x > 0) * y": 2, "torch.where(x < y, x, -y)": 2, "x @ y.mT @ y / 16": 2, "torch.cat([x, y])[::2]": 2, "x.clone().add_(y, alpha=0.5)": 2,
    "x.clone().mul_(x.sum(1, keepdim=True).tanh())": 1, "x.mT.reshape(4, 4) - x": 1, "x.amax(0) * y": 2, "x.logsumexp(0).exp() / 99 + y": 2,
    "x.expand(2, 4, 4).mean(0)": 1, "x.sum(0, keepdim=True).clone() + x": 1, "x.amax((0, 1), keepdim=True).expand(4, 4)": 1, "x.roll(1, 0)": 1, "x.lerp(y, 0.7)": 2, "x.float().double()": 1, "x.abs().long() * y": 2,
}  # fmt: skip
"""Code from one or two (4, 4) matrices to another, by the number of matrices."""


@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)
)
def test_random_chains_of_operations(chain) -> None:
    def function(*start: Tensor) -> list[Tensor]:
        found = list(start)
        for code, first, second in chain:
            names = {"torch": torch, "x": found[first % len(found)], "y": found[second % len(found)]}
            found.append(eval(code, names))
        return found[2:]

    generator = torch.Generator().manual_seed(len(chain))
    start = [torch.randn(4, 4, generator=generator, dtype=torch.float64) for _ in range(2)]
    _, results, _ = lowered(function, *start)
    for computed, expected in zip(results, function(*start), strict=True):
        torch.testing.assert_close(computed, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
