"""The choice of the engine follows from the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

import minidl_core as minidl
from minidl_core import FitResult, InputError, Notice, Run, RunConfig, UnknownNameError, default_registry
from minidl_core.registry import Registry
from minidl_core.training.engine import Engine, Steps
from minidl_core.training.python_engine import Python

SMALL = {"data": "disk:train=30:test=10", "epochs": 2, "layers": "linear:2"}


class Native(Python):
    """Takes steps in Python under another name, for as long as there are many."""

    reason = ""

    @classmethod
    def unavailable(cls) -> str:
        return cls.reason

    def pays(self, run: Run) -> bool:
        return run.steps >= 6

    def start(self, runs: Sequence[Run]) -> Steps:
        steps = super().start(runs)
        steps.engine = "native"
        return steps


class Complaining(Native):
    """Says why it works in Python after all."""

    def start(self, runs: Sequence[Run]) -> Steps:
        steps = super().start(runs)
        steps.engine, steps.notice = "python", "dropout at position 2 is run in Python"
        return steps


class Away(Native):
    """Cannot work here."""

    reason = "this processor is not supported"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Return a registry without another engine than python."""
    registry = default_registry()
    entries = [entry for entry in registry.entries() if entry.kind != "engine" or entry.name == "python"]
    monkeypatch.setattr(registry, "_entries", entries)
    return registry


def fitted(**options: Any) -> FitResult:
    return minidl.fit(SMALL["layers"], SMALL["data"], **{"epochs": 2} | options)


@pytest.mark.parametrize(
    ("part", "epochs", "expected"), [(Native, 2, "native"), (Native, 1, "python"), (Away, 2, "python")]
)
def test_auto_takes_native_where_it_works_and_pays(
    registry: Registry, part: type[Engine], epochs: int, expected: str
) -> None:
    registry.register("engine", "native", part)
    assert fitted(epochs=epochs).engine == expected
    result = minidl.run(RunConfig(**SMALL | {"epochs": epochs, "repeats": 2}))
    assert result.config.engine == expected
    assert [repeat["engine"] for repeat in result.to_json()["repeats"]] == [expected] * 2


@pytest.mark.usefixtures("registry")
def test_auto_takes_python_where_native_is_not_installed() -> None:
    assert fitted().engine == "python"


def test_auto_takes_python_where_native_cannot_be_loaded(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    load = registry.load

    def failing(kind: str, name: str) -> Any:
        if name == "native":
            raise minidl.PluginError("no module named llvmlite")
        return load(kind, name)

    monkeypatch.setattr(registry, "load", failing)
    assert fitted().engine == "python"
    with pytest.raises(minidl.PluginError, match="no module named llvmlite"):
        fitted(engine="native")


def test_an_engine_that_is_named_must_work(registry: Registry) -> None:
    registry.register("engine", "native", Away)
    for train in (fitted, lambda **options: minidl.run(RunConfig(**SMALL | options))):
        with pytest.raises(
            InputError, match="engine native cannot work here: this processor is not supported; or choose"
        ):
            train(engine="native")
        with pytest.raises(UnknownNameError, match="there is no engine 'pyhton': did you mean 'python'"):
            train(engine="pyhton")
        with pytest.raises(
            UnknownNameError, match="there is no engine 'atuo'[^^]*\\^\n  or choose auto: native where it"
        ):
            train(engine="atuo")


def test_an_engine_that_is_named_is_taken_though_it_does_not_pay(registry: Registry) -> None:
    registry.register("engine", "native", Native)
    assert fitted(engine="native", epochs=1).engine == "native"
    assert fitted(engine="python").engine == "python"


def test_an_engine_that_takes_steps_differently_says_so_in_the_result(registry: Registry) -> None:
    registry.register("engine", "native", Complaining)
    result = minidl.run(RunConfig(**SMALL | {"engine": "native"}))
    assert result.notices == (Notice("dropout at position 2 is run in Python"),)
    assert result.config.engine == "native"
    assert result.repeats[0].engine == "python"
