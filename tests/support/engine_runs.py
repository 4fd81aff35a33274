"""Trains the same configuration by the native and by the Python engine."""

from __future__ import annotations

from collections.abc import Sequence

from minidl_core import Engine, Run, RunConfig, sequential
from minidl_core.assembly import load_data, make, make_dataset
from minidl_core.hooks import hook_manager
from minidl_core.registry import Registry
from minidl_core.training.fit import fit_prepared, prepare
from minidl_core.training.python_engine import Python
from minidl_native.native import Native

CONFIG = RunConfig(data="disk:train=43:test=17", epochs=2, batch_size=10, dtype="float64")
"""Five steps an epoch, the last of three samples."""


def ready_run(layers: object, loss: object = "mse", optimizer: object = "sgd", config: RunConfig = CONFIG) -> Run:
    """Return a run that is ready for training; parts may be specifications or objects."""
    data = load_data(make_dataset(config.data), config.seed)
    model = sequential(layers) if isinstance(layers, str) else layers
    return prepare(config, model, data, make("loss", loss), make("optimizer", optimizer), config.metrics)


def train(engine: Engine, runs: Sequence[Run], *hooks: object, threads: int = 1) -> Sequence[Run]:
    """Train runs to their ends, without installed hooks."""
    fit_prepared(list(runs), engine, hook_manager(Registry([]), hooks), threads)
    return runs


def train_natively(run: Run, *hooks: object, threads: int = 1) -> Run:
    """Train a run by the native engine, and check that it took the steps."""
    train(Native(), [run], *hooks, threads=threads)
    assert (run.result.engine, run.result.notices) == ("native", ()), run.result.notices
    return run


def train_in_python(run: Run, *hooks: object) -> Run:
    """Train a run by the Python engine."""
    train(Python(), [run], *hooks)
    return run


def difference(one: Run, other: Run) -> float:
    """Return the largest difference between parameters, buffers and optimizer states, relative to the largest value."""
    pairs = [
        *zip(one.model.state().values(), other.model.state().values(), strict=True),
        *zip(one.optimizer.state().values(), other.optimizer.state().values(), strict=True),
    ]
    return max((float((a - b).double().abs().max() / (1 + b.double().abs().max())) for a, b in pairs), default=0.0)
