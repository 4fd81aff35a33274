"""A step is explained by the kernels that are compiled, under the names of PyTorch."""

from __future__ import annotations

import re

import pytest

from minidl_core import Run
from minidl_native.explaining.explain_step import explain_step
from minidl_native.native import Native
from tests.support.small_runs import small_run
from tests.support.unreplayable_parts import Counts

CHAIN = "linear:4,batch_norm,dropout,linear:2"


def lines_of(run: Run) -> list[str]:
    """Return the lines of an explanation, without the phases and with intermediate results numbered from 0."""
    numbers: dict[str, str] = {}
    text = re.sub(r"\bt\d+", lambda match: numbers.setdefault(match[0], f"t{len(numbers)}"), explain_step(run).text)
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line not in {"forward:", "backward:", "update:"}]


def test_parameters_batch_and_numbers_are_named() -> None:
    assert lines_of(small_run("linear:2", optimizer="sgd:lr=0.25")) == [
        "A step of 10 samples: 12 recorded operations, compiled as 8 kernels.",
        "",
        "inputs[10, 3] = rows of the training inputs",
        "targets[10, 2] = rows of the training targets",
        "t0[10, 2] = inputs[10, 3] @ 0.weight.mT[3, 2] + 0.bias[*, 2]",
        "for each element:",
        "t1[10, 2] = ((t0 - targets) / 10)",
        "t2[10, 2] = (t1 + t1)",
        "t3[*, *] = sum over [10, 2] of (t1 * (t0 - targets))",
        "result 0 = t3[], which must be finite",
        "0.weight[2, 3] += number0 * t2.mT[2, 10] @ inputs[10, 3]",
        "0.bias[*, 2] += number0 * sum over [10, -] of t2",
        "numbers of the optimizer, here of the first step:",
        "number0 = -0.25",
    ]


@pytest.mark.parametrize(
    ("optimizer", "names"),
    [
        (
            "sgd:momentum=0.9",
            ["0.weight.momentum_buffer[4, 3] =", "3.weight.momentum_buffer[2, 4] =", "number2 = 0.01"],
        ),
        ("adam", ["exp_avg[", "exp_avg_sq[", "parameters[", "number4 = 1e-08"]),
    ],
)
def test_the_state_of_the_optimizer_and_buffers_are_named(optimizer: str, names: list[str]) -> None:
    text = explain_step(small_run(CHAIN, optimizer=optimizer)).text
    for name in [*names, "1.running_mean[4] =", "1.num_batches_tracked", "1.bias.grad", "\n  40 for each step, drawn"]:
        assert name in text
    assert not re.search(r"\b[sg]\d", text)  # no storage that outlives the step has only a number


def test_a_batch_larger_than_the_data_is_all_of_them() -> None:
    assert lines_of(small_run("linear:2", batch_size=1000))[0].startswith("A step of 50 samples")


def test_the_engine_explains_steps_that_it_replays() -> None:
    run = small_run()
    found = Native().explain(run)
    assert (found.engine, found.notice) == ("native", "")
    assert found == explain_step(small_run())


def test_steps_that_cannot_be_replayed_are_explained_by_the_reason_and_the_parts() -> None:
    found = Native().explain(small_run([Counts(), *small_run().model.layers]))
    assert found.engine == "python"
    assert found.notice.startswith("steps are taken in Python, not compiled: counts at position 1")
    assert "changes its attribute `calls`" in found.notice
    assert found.text.startswith("forward:\n  1 Counts()")
