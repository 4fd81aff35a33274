"""Training steps, minidl against `torch.compile` of PyTorch's forward pass and loss.

Needs a C++ compiler. The time of compiling is left out on both sides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import steps
import torch
from timing import Row, measure_pairs
from torch import nn

from minidl_core.threads import using_threads

CASES = [
    steps.STANDARD,
    replace(steps.STANDARD, name="the same, adam", optimizer="adam"),
    steps.DEEP,
    steps.WIDE[256],
    steps.WIDE[1024],
]


def rows() -> list[Row]:
    """Return the rows of the table, measured alternately; no target is set."""
    with using_threads(1):
        return [_row(case) for case in CASES]


def _row(case: steps.Case) -> Row:
    data = steps.random_data(case)
    pairs = measure_pairs(_compiled(case, data), partial(steps.minidl_step, case, data), case.pairs)
    return Row(case.name, 0, "µs", pairs)


def _compiled(case: steps.Case, data: Any) -> Callable[[], float]:
    """Return a function that measures the microseconds of a step of the compiled network."""
    model = case.torch_model()
    optimizer = steps.OPTIMIZERS[case.optimizer][1](model.parameters())
    criterion = nn.CrossEntropyLoss() if case.classes else nn.MSELoss()
    loss = torch.compile(lambda inputs, targets: criterion(model(inputs), targets))
    batches = list(zip(*(tensor.split(case.batch_size) for tensor in data.train), strict=True))

    def measure() -> float:
        epochs = max(1, case.torch_steps // len(batches))
        started = time.perf_counter()
        for _ in range(epochs):
            for inputs, targets in batches:
                optimizer.zero_grad()
                loss(inputs, targets).backward()
                optimizer.step()
        return 1e6 * (time.perf_counter() - started) / (epochs * len(batches))

    return measure
