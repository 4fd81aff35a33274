"""The kit's tests replay with a double of the native engine, which needs no compiler."""

from __future__ import annotations

import pytest

from minidl_core.testing.replay import native_engine_pair
from tests.support.double_engines import DoubleEngine, DoubleSteps, UseEngine, engine_with


@pytest.fixture(autouse=True)
def use_engine(monkeypatch: pytest.MonkeyPatch) -> UseEngine:
    """Return a function that puts another engine in place of the native one; at first it is one without faults."""

    def use(engine: type[DoubleEngine]) -> None:
        monkeypatch.setattr(native_engine_pair, "make", lambda kind, name: {("engine", "native"): engine}[kind, name]())

    use(engine_with(DoubleSteps))
    return use
