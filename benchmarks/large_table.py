"""One epoch on a large Parquet table, reading included, minidl against PyTorch with a DataLoader.

    python benchmarks/large_table.py [ROWS] [COLUMNS] [PAIRS]

The table has columns of float32 and a target of two classes. Both sides read it with polars, keep a fifth of the rows
for the test, standardize inputs with the training rows, train one hidden layer of 64 for an epoch at batch size 1000 in
float32 with the same loss and optimizer, and compute the test accuracy. torch uses one thread, polars its default.

minidl's side is `fit` with `table:PATH`, which also checks the table and computes the loss and metrics of all training
rows. PyTorch's side is written as in its tutorials: columns to one array, `TensorDataset`, a shuffling `DataLoader`
without worker processes, autograd and `optim.SGD`. It checks nothing and evaluates only the test rows.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import torch
from timing import HEADING, Row, measure_pairs
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import minidl
from minidl_core.threads import using_threads

BATCH_SIZE = 1000
HIDDEN = 64
TARGET = 4.5
LEARNED = 0.8
"""The test accuracy below which the network was not trained on the right rows."""


def row(rows: int = 1_000_000, columns: int = 100, pairs: int = 5) -> Row:
    """Return the seconds of both sides, measured alternately."""
    with TemporaryDirectory() as folder, using_threads(1):
        path = Path(folder) / "large.parquet"
        write_table(path, rows, columns)
        timed = measure_pairs(partial(torch_seconds, path), partial(minidl_seconds, path), pairs)
    return Row(f"an epoch on {rows:,} rows of {columns} columns of Parquet, reading included", TARGET, "s", timed)


def write_table(path: Path, rows: int, columns: int) -> None:
    """Write random numbers, and classes from the sum of ten columns plus noise."""
    source = np.random.default_rng(0)
    numbers = source.standard_normal((columns, rows), dtype=np.float32)
    score = numbers[:10].sum(0) + source.standard_normal(rows)
    frame = {f"x{index}": column for index, column in enumerate(numbers)} | {"y": (score > 0).astype(np.int64)}
    pl.DataFrame(frame).write_parquet(path)


def minidl_seconds(path: Path) -> float:
    """Return the seconds that minidl takes."""
    started = time.perf_counter()
    layers = f"linear:{HIDDEN},relu,linear:2"
    options = {"loss": "cross_entropy", "optimizer": "sgd:lr=0.1", "epochs": 1, "batch_size": BATCH_SIZE}
    accuracy = minidl.fit(layers, f"table:{path}:target=y", **options).history[-1].test["accuracy"]
    return _checked(started, accuracy)


def torch_seconds(path: Path) -> float:
    """Return the seconds that PyTorch takes."""
    started = time.perf_counter()
    train, test = torch_data(path)
    model = nn.Sequential(nn.Linear(train.tensors[0].shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 2))
    optimizer, criterion = torch.optim.SGD(model.parameters(), lr=0.1), nn.CrossEntropyLoss()
    for inputs, classes in DataLoader(train, batch_size=BATCH_SIZE, shuffle=True):
        optimizer.zero_grad()
        criterion(model(inputs), classes).backward()
        optimizer.step()
    with torch.no_grad():
        batches = DataLoader(test, batch_size=BATCH_SIZE)
        right = sum(int((model(inputs).argmax(1) == classes).sum()) for inputs, classes in batches)
    return _checked(started, right / len(test))


def torch_data(path: Path) -> tuple[TensorDataset, TensorDataset]:
    """Return training and test rows, loaded as in PyTorch's tutorials."""
    frame = pl.read_parquet(path)
    inputs, classes = frame.drop("y").to_numpy(), frame["y"].to_numpy()
    order = np.random.default_rng(0).permutation(len(inputs))
    rows = order[len(order) // 5 :], order[: len(order) // 5]
    train, test = (inputs[part] for part in rows)
    mean, deviation = train.mean(0), train.std(0)
    parts = ((part - mean) / deviation for part in (train, test))
    return tuple(
        TensorDataset(torch.from_numpy(part), torch.from_numpy(classes[chosen]))
        for part, chosen in zip(parts, rows, strict=True)
    )


def _checked(started: float, accuracy: float) -> float:
    """Return the seconds since the start, once the accuracy shows that the work was done."""
    seconds = time.perf_counter() - started
    if accuracy < LEARNED:
        raise RuntimeError(f"expected a test accuracy of at least {LEARNED}, but got {accuracy:.3f}")
    return seconds


if __name__ == "__main__":
    print(HEADING)
    print(row(*map(int, sys.argv[1:])).line())
