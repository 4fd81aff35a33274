"""Each optimization gives the same numbers as training without it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import minidl_core as minidl
from minidl_core import FitResult, RunConfig, default_registry
from minidl_core.interfaces import batch_layout
from minidl_core.run_config import OPTIMIZATIONS
from minidl_core.training import loop

LAYERS = sorted(
    entry.name
    for entry in default_registry().entries("layer")
    if entry.distribution == "minidl" and entry.name != "linear"
)
OPTIMIZERS = (
    "sgd:lr=0.05",
    "sgd:lr=0.05:weight_decay=0.1",
    "sgd:lr=0.05:momentum=0.9:nesterov=true:weight_decay=0.01",
    "sgd:lr=0.05:momentum=0.8:dampening=0.3",
    # with the usual eps, adam makes steps of gradients that are nothing but rounding (of a bias before batch_norm, say)
    "adam:eps=0.001",
    "adamw:eps=0.001",
)
LOSSES = ("mse", "cross_entropy", "huber", "mae", "bce_with_logits")


@st.composite
def configurations(draw: st.DrawFn) -> RunConfig:
    """Draw a network, an optimizer, a loss, and batches of which the last may be smaller."""
    hidden = []
    for _ in range(draw(st.integers(0, 3))):
        width = draw(st.integers(1, 6))
        hidden += [f"linear:{width}:bias={draw(st.booleans())}", draw(st.sampled_from(LAYERS))]
    return RunConfig(
        layers=",".join([*hidden, "linear:2"]),
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        loss=draw(st.sampled_from(LOSSES)),
        data="disk:train=24:test=7",
        # a last batch of a single sample is an error where there is batch_norm
        batch_size=draw(st.integers(2, 30).filter(lambda size: 24 % size != 1)),
        seed=draw(st.integers(0, 1000)),
        epochs=2,
        dtype="float64",
    )


def require_equal(found: list[FitResult], expected: list[FitResult]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.seed == other.seed
        state = other.model.state()
        for name, tensor in one.model.state().items():
            torch.testing.assert_close(
                tensor, state[name], rtol=1e-10, atol=1e-10, msg=lambda text, name=name: f"{name}: {text}"
            )
        for epoch, expected_epoch in zip(one.history, other.history, strict=True):
            assert epoch.train == pytest.approx(expected_epoch.train, rel=1e-10, abs=1e-10)
            assert epoch.test == pytest.approx(expected_epoch.test, rel=1e-10, abs=1e-10)


@pytest.fixture(autouse=True)
def ways_of_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the smallest networks be updated by fused operations too, and the smallest batches lie side by side."""
    monkeypatch.setattr(loop, "FUSED_FROM", 0)
    monkeypatch.setattr(batch_layout, "MANY_SAMPLES", 8)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(config=configurations(), way=st.sampled_from(OPTIMIZATIONS))
def test_each_way_changes_no_number(config: RunConfig, way: str) -> None:
    repeated = config.updated({"repeats": 3 if way == "stacking" else 1})
    plain = minidl.run(repeated.updated({"without": OPTIMIZATIONS})).repeats
    others = tuple(other for other in OPTIMIZATIONS if other != way)
    require_equal(minidl.run(repeated.updated({"without": others})).repeats, plain)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(config=configurations())
def test_all_optimizations_at_once_change_no_number(config: RunConfig) -> None:
    repeated = config.updated({"repeats": 3})
    plain = minidl.run(repeated.updated({"without": OPTIMIZATIONS})).repeats
    require_equal(minidl.run(repeated).repeats, plain)
