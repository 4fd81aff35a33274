"""Training steps, minidl against PyTorch's eager mode.

minidl trains with `fit`; its time is the sum of the phases forward, backward and update. PyTorch trains with
`nn.Sequential`, autograd and an optimizer of `torch.optim`, on batches gathered in advance, with nothing else in its
loop. Both train on random numbers of the same sizes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from timing import Row, measure_pairs
from torch import nn

import minidl
from minidl_core.threads import using_threads


@dataclass(frozen=True)
class Case:
    """A network and its training: hidden layers `linear,relu`, with batch_norm and dropout if `extras` is set."""

    name: str
    target: float
    width: int = 25
    depth: int = 3
    inputs: int = 2
    batch_size: int = 10
    optimizer: str = "sgd"
    extras: bool = False
    threads: int = 1
    steps: int = 1000
    pairs: int = 11

    @property
    def layers(self) -> str:
        """The network as minidl's specification."""
        extras = ",batch_norm,dropout" if self.extras else ""
        return f"{self.depth}*(linear:{self.width}{extras},relu),linear:2"

    def torch_model(self) -> nn.Sequential:
        """Return the network as PyTorch's module."""
        layers: list[nn.Module] = []
        for size in [self.inputs, *[self.width] * (self.depth - 1)]:
            layers.append(nn.Linear(size, self.width))
            if self.extras:
                layers += [nn.BatchNorm1d(self.width), nn.Dropout()]
            layers.append(nn.ReLU())
        return nn.Sequential(*layers, nn.Linear(self.width, 2))


STANDARD = Case("standard test, a step (2-25-25-25-2, batch 10, sgd)", 5)

CASES = [
    STANDARD,
    Case("the same with adam", 8, optimizer="adam"),
    Case("depth 20, width 25, batch 10", 5, depth=20, steps=300),
    Case("width 256, batch 10", 2, width=256, inputs=64),
    Case("width 1024, batch 10", 2, width=1024, inputs=64, steps=60),
    Case("width 4096, batch 10", 1.8, width=4096, inputs=64, steps=6, pairs=7),
    Case("width 256, batch 128", 1.5, width=256, inputs=64, batch_size=128, steps=200),
    Case("width 25, batch 1000", 1.5, batch_size=1000, steps=300),
    Case("width 25, batch 100 000", 1.0, batch_size=100_000, steps=4, pairs=7),
    Case("width 1024, batch 1000, one thread", 1.0, width=1024, inputs=64, batch_size=1000, steps=4, pairs=7),
    Case(
        "width 1024, batch 1000, two threads", 1.0, width=1024, inputs=64, batch_size=1000, steps=4, pairs=7, threads=2
    ),
    Case(
        "dropout and batch_norm, width 256, batch 128",
        1.5,
        width=256,
        inputs=64,
        batch_size=128,
        extras=True,
        steps=100,
    ),
]


def row(case: Case) -> Row:
    """Return the microseconds of a step on both sides, measured alternately."""
    with using_threads(case.threads):
        data = random_data(case)
        pairs = measure_pairs(partial(torch_step, case, data), partial(minidl_step, case, data), case.pairs)
    return Row(case.name, case.target, "µs", pairs)


def products_row(case: Case) -> Row:
    """Return the microseconds of a step's bare matrix products, and of minidl's step."""
    with using_threads(case.threads):
        data = random_data(case)
        pairs = measure_pairs(partial(products_step, case), partial(minidl_step, case, data), case.pairs)
    return Row(f"{case.name}, against the bare products", 0.9, "µs", pairs)


def products_step(case: Case) -> float:
    """Return the microseconds of the products of a step: each layer's output and both its gradients."""
    sizes = [case.inputs, *[case.width] * case.depth, 2]
    layers = [
        (torch.randn(case.batch_size, n), torch.randn(m, n), torch.randn(case.batch_size, m), torch.empty(m, n))
        for n, m in pairwise(sizes)
    ]
    started = time.perf_counter()
    for _ in range(case.steps):
        for index, (x, weight, y, grad) in enumerate(layers):
            torch.mm(x, weight.mT, out=y)
            torch.mm(y.mT, x, out=grad)
            if index:
                torch.mm(y, weight, out=x)
    return 1e6 * (time.perf_counter() - started) / case.steps


def random_data(case: Case) -> minidl.Data:
    """Return random samples for all steps, at most 100 batches."""
    torch.manual_seed(0)
    count = min(case.steps, 100) * case.batch_size
    train = (torch.randn(count, case.inputs), torch.randn(count, 2))
    return minidl.Data(train=train, test=tuple(tensor[:1] for tensor in train), task="regression")


def minidl_step(case: Case, data: minidl.Data) -> float:
    """Return the microseconds of a step of minidl's loop."""
    epochs = max(1, case.steps // 100)
    optimizer = {"sgd": "sgd:lr=0.001", "adam": "adam"}[case.optimizer]
    options = {"loss": "mse:reduction=mean", "metrics": (), "epochs": epochs, "batch_size": case.batch_size}
    spent = minidl.fit(case.layers, data, optimizer=optimizer, **options).seconds
    return 1e6 * (spent.forward + spent.backward + spent.update) / (epochs * len(data.train.inputs) / case.batch_size)


def torch_step(case: Case, data: minidl.Data) -> float:
    """Return the microseconds of a step of PyTorch's usual loop."""
    model = case.torch_model()
    made = {"sgd": partial(torch.optim.SGD, lr=0.001), "adam": torch.optim.Adam}[case.optimizer]
    optimizer, criterion = made(model.parameters()), nn.MSELoss()
    batches = list(zip(*(tensor.split(case.batch_size) for tensor in data.train), strict=True))
    epochs = max(1, case.steps // 100)
    started = time.perf_counter()
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
    return 1e6 * (time.perf_counter() - started) / (epochs * len(batches))
