"""Small runs that are ready for training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch

from minidl_core import Data, Loss, Metric, Module, Optimizer, Run, RunConfig, Samples, Sequential, generator
from minidl_core import sequential as sequential_of
from minidl_core.assembly import make
from minidl_core.training.fit import prepare


def small_data(outputs: int = 2, rows: int = 50, features: int = 3, task: str = "regression", seed: int = 0) -> Data:
    """Return random data, with one-hot targets for a classification."""
    source = generator(seed)

    def samples(count: int) -> Samples:
        inputs = torch.randn(count, features, generator=source, dtype=torch.float64)
        targets = torch.randn(count, outputs, generator=source, dtype=torch.float64)
        if task == "classification":
            targets = torch.nn.functional.one_hot(targets.argmax(1), outputs).double()
        return Samples(inputs, targets)

    return Data(samples(rows), samples(rows), task)  # type: ignore[arg-type]


def small_run(
    layers: str | Sequence[Module] = "linear:5,relu,linear:2",
    loss: str | Loss = "mse",
    optimizer: str | Optimizer = "sgd",
    *,
    data: Data | None = None,
    metrics: Sequence[Metric] | str | None = None,
    dtype: Literal["float32", "float64"] = "float64",
    **settings: Any,
) -> Run:
    """Return a run that is ready for training."""
    model = sequential_of(layers) if isinstance(layers, str) else Sequential(layers)
    config = RunConfig(dtype=dtype, **({"batch_size": 10} | settings))
    data = small_data() if data is None else data
    return prepare(config, model, data, make("loss", loss), make("optimizer", optimizer), metrics)
