"""Several configurations at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import minidl_core as minidl
from minidl_core import RunConfig

SMALL = {"data": "disk:train=30:test=10", "epochs": 2, "layers": "linear:4,relu,linear:2", "dtype": "float64"}


def test_nothing_is_trained_for_no_configuration() -> None:
    assert minidl.run_all([]) == []


def test_configurations_may_come_one_by_one() -> None:
    results = minidl.run_all(RunConfig(optimizer=f"sgd:lr={lr}", **SMALL) for lr in (0.1, 0.2))
    assert [result.config.optimizer for result in results] == ["sgd:lr=0.1", "sgd:lr=0.2"]


@pytest.mark.parametrize("configs", [RunConfig(), [{"epochs": 1}], [RunConfig(), None]])
def test_what_is_no_configuration_is_refused(configs: Any) -> None:
    with pytest.raises(minidl.ConfigError, match=r"run_all takes a list of RunConfig, not .*: write run_all\("):
        minidl.run_all(configs)


def test_two_networks_are_not_saved_to_one_file(tmp_path: Path) -> None:
    config = RunConfig(save=tmp_path / "one.safetensors", **SMALL)
    with pytest.raises(minidl.ConfigError, match="several configurations save to one file"):
        minidl.run_all([config, config])
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_a_later_configuration_is_reported_before_training() -> None:
    trained: list[object] = []

    class Watching:
        @minidl.hookimpl
        def minidl_run_started(self, run: minidl.Run) -> None:
            trained.append(run)

    for wrong in ({"optimizer": "sdg"}, {"engine": "pyhton"}):
        with pytest.raises(minidl.UnknownNameError, match=next(iter(wrong.values()))):
            minidl.run_all([RunConfig(**SMALL), RunConfig(**wrong)], hooks=[Watching()])
    assert trained == []


def test_what_was_reached_before_a_divergence_is_in_its_result() -> None:
    grow = {"optimizer": "sgd:lr=3", "epochs": 99, "layers": "linear:2", "loss": "mse", "dtype": "float32"}
    for repeats in (1, 3):
        with pytest.raises(minidl.DivergenceError) as caught:
            minidl.run(RunConfig(repeats=repeats, **SMALL | grow))
        assert len(caught.value.result.repeats) == repeats
        assert len(caught.value.result.repeats[0].history) > 1
    with pytest.raises(minidl.DivergenceError) as caught:
        minidl.fit("linear:2", "disk:train=30:test=10", optimizer="sgd:lr=3", epochs=99)
    assert len(caught.value.result.history) > 1
