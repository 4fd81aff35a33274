"""Repeats of the standard test: one `minidl.run` against PyTorch's trainings one after another.

For each repeat, both draw the data from its seed, initialize a network, train it for 20 epochs in batches of 10, and
compute loss and accuracy of all training and test samples after each epoch.
"""

from __future__ import annotations

import time
from functools import partial
from itertools import pairwise

import torch
from timing import Row, measure_pairs
from torch import Tensor, nn

import minidl
from minidl_core.assembly import make_data
from minidl_core.threads import using_threads

LAYERS = "3*(linear:25,relu),linear:2"
EPOCHS = 20
BATCH_SIZE = 10


def row(repeats: int, target: float, pairs: int, threads: int = 1) -> Row:
    """Return the seconds of the given number of repeats on both sides, measured alternately; PyTorch on one thread."""
    with using_threads(1):
        timed = measure_pairs(partial(torch_seconds, repeats), partial(minidl_seconds, repeats, threads), pairs)
    on = "one thread" if threads == 1 else f"{threads} threads"
    return Row(f"{repeats} repeats of the standard test, {on}", target, "s", timed)


def minidl_seconds(repeats: int, threads: int) -> float:
    """Return the seconds of a run with repeats, data and initialization included."""
    started = time.perf_counter()
    minidl.run(minidl.RunConfig(repeats=repeats, epochs=EPOCHS, batch_size=BATCH_SIZE, threads=threads))
    return time.perf_counter() - started


def torch_seconds(repeats: int) -> float:
    """Return the seconds of PyTorch's trainings, extrapolated from at most ten."""
    started = time.perf_counter()
    timed = min(repeats, 10)
    for seed in range(timed):
        train_torch(seed, EPOCHS)
    return (time.perf_counter() - started) * repeats / timed


def train_torch(seed: int, epochs: int) -> None:
    """Train the standard test with PyTorch, and compute the scores of all samples after each epoch."""
    data = make_data("disk", seed)
    train, test = ([tensor.float() for tensor in samples] for samples in (data.train, data.test))
    torch.manual_seed(seed)
    sizes = [2, 25, 25, 25]
    hidden = [layer for ends in pairwise(sizes) for layer in (nn.Linear(*ends), nn.ReLU())]
    model = nn.Sequential(*hidden, nn.Linear(25, 2))
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=0.01), nn.MSELoss()
    for _ in range(epochs):
        order = torch.randperm(len(train[0]))
        for inputs, targets in zip(*(tensor[order].split(BATCH_SIZE) for tensor in train), strict=True):
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
        for samples in (train, test):
            _scores(model, criterion, *samples)


@torch.no_grad()
def _scores(model: nn.Module, criterion: nn.Module, inputs: Tensor, targets: Tensor) -> tuple[float, float]:
    outputs = model(inputs)
    return criterion(outputs, targets).item(), (outputs.argmax(1) == targets.argmax(1)).float().mean().item()
