"""Runs that are trained together have the bits of runs that are trained alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from minidl_core import Run
from minidl_native.native import Native
from tests.support.engine_runs import CONFIG, difference, ready_run, train, train_natively

LAYERS = "linear:8,batch_norm,dropout:0.3,relu,linear:2"


def runs_of(optimizers: list[str]) -> list[Run]:
    return [
        ready_run(LAYERS, "mse", optimizer, replace(CONFIG, seed=seed, epochs=3))
        for seed, optimizer in enumerate(optimizers)
    ]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "optimizers", [["adam"] * 3, ["sgd:lr=0.1", "sgd:lr=0.2", "sgd:lr=0.3"], ["sgd:momentum=0.9", "sgd", "sgd"]]
)
def test_the_bits_of_a_group_are_those_of_single_runs(optimizers, threads) -> None:
    group = train(Native(), runs_of(optimizers), threads=threads)
    for run, single in zip(group, runs_of(optimizers), strict=True):
        train_natively(single)
        assert difference(run, single) == 0
        assert run.result.history == single.result.history


def test_a_run_that_diverges_leaves_the_others_alone() -> None:
    optimizers = ["sgd:lr=0.01", "sgd:lr=1e25", "sgd:lr=0.02"]
    layers = "linear:8,relu,linear:2"
    group = [ready_run(layers, "mse", one, replace(CONFIG, seed=k, epochs=3)) for k, one in enumerate(optimizers)]
    train(Native(), group)
    assert [run.failure is None for run in group] == [True, False, True]
    for number in (0, 2):
        single = ready_run(layers, "mse", optimizers[number], replace(CONFIG, seed=number, epochs=3))
        train_natively(single)
        assert difference(group[number], single) == 0
