"""A training step of the standard test, minidl against PyTorch's eager mode, alternating in one process on one thread.

    python benchmarks/step.py [PAIRS]

Both train 2-25-25-25-2 with ReLU on batches of 10 by plain SGD: minidl through `fit`, hooks and metrics included;
PyTorch by `nn.Sequential`, autograd and `optim.SGD`, on batches gathered beforehand, with nothing else in its loop.
Prints microseconds a step and the ratio, as minimum, median and maximum over the pairs.
"""

from __future__ import annotations

import statistics
import sys
import time

import torch

import minidl_core as minidl
from minidl_core.assembly import make_data

EPOCHS = 20
BATCH_SIZE = 10
LAYERS = "3*(linear:25,relu),linear:2"


def seconds_of_minidl(data: minidl.Data) -> float:
    """Return the seconds of a step: the phases of the public loop, and all of the loop's overhead but evaluation."""
    result = minidl.fit(LAYERS, data, epochs=EPOCHS, batch_size=BATCH_SIZE)
    spent = result.seconds
    return (spent.forward + spent.backward + spent.update) / (EPOCHS * len(data.train.inputs) / BATCH_SIZE)


def seconds_of_torch(data: minidl.Data) -> float:
    """Return the seconds of a step of PyTorch's usual loop."""
    nn = torch.nn
    model = nn.Sequential(
        nn.Linear(2, 25), nn.ReLU(), nn.Linear(25, 25), nn.ReLU(), nn.Linear(25, 25), nn.ReLU(), nn.Linear(25, 2)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    criterion = nn.MSELoss()
    batches = list(zip(*(tensor.float().split(BATCH_SIZE) for tensor in data.train), strict=True))
    started = time.perf_counter()
    for _ in range(EPOCHS):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
    return (time.perf_counter() - started) / (EPOCHS * len(batches))


def main(pairs: int = 21) -> None:
    """Time both in turn, after a warm-up of each, and print the figures."""
    torch.set_num_threads(1)
    data = make_data("disk", 0)
    seconds_of_minidl(data), seconds_of_torch(data)
    timed = [(seconds_of_torch(data), seconds_of_minidl(data)) for _ in range(pairs)]
    rows = {
        "PyTorch, µs a step": [1e6 * theirs for theirs, _ in timed],
        "minidl, µs a step": [1e6 * ours for _, ours in timed],
        "ratio": [theirs / ours for theirs, ours in timed],
    }
    print(f"{'':20}{'min':>8}{'median':>8}{'max':>8}")
    for name, values in rows.items():
        print(f"{name:20}{min(values):8.1f}{statistics.median(values):8.1f}{max(values):8.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
