"""Training steps, minidl against PyTorch's eager mode.

minidl trains with `fit`; its time is the sum of the phases forward, backward and update. PyTorch trains with
`nn.Sequential`, autograd and an optimizer of `torch.optim`, on batches gathered in advance, with nothing else in its
loop. Both train on random numbers of the same sizes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from timing import Row, measure_pairs
from torch import nn

import minidl
from minidl_core.threads import using_threads

OPTIMIZERS: dict[str, tuple[str, Callable[..., torch.optim.Optimizer]]] = {
    "sgd": ("sgd:lr=0.001", partial(torch.optim.SGD, lr=0.001)),
    "momentum": ("sgd:lr=0.001:momentum=0.9", partial(torch.optim.SGD, lr=0.001, momentum=0.9)),
    "adam": ("adam", torch.optim.Adam),
    "adamw": ("adamw", torch.optim.AdamW),
}
"""The optimizers on both sides."""

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU}
"""PyTorch's modules of the activations."""


@dataclass(frozen=True)
class Case:
    """A network and its training: hidden layers with an activation; batch_norm and dropout too if `extras` is set.

    With `classes`, the outputs are trained by cross_entropy on as many classes, otherwise two outputs by mse.
    """

    name: str
    target: float
    width: int = 25
    depth: int = 3
    inputs: int = 2
    batch_size: int = 10
    activation: str = "relu"
    classes: int = 0
    optimizer: str = "sgd"
    extras: bool = False
    threads: int = 1
    steps: int = 20_000
    torch_steps: int = 500
    pairs: int = 9
    engine: str = "native"

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return self.classes or 2

    @property
    def layers(self) -> str:
        """The network as minidl's specification."""
        extras = ",batch_norm,dropout" if self.extras else ""
        return f"{self.depth}*(linear:{self.width}{extras},{self.activation}),linear:{self.outputs}"

    def torch_model(self) -> nn.Sequential:
        """Return the network as PyTorch's module."""
        layers: list[nn.Module] = []
        for size in [self.inputs, *[self.width] * (self.depth - 1)]:
            layers.append(nn.Linear(size, self.width))
            if self.extras:
                layers += [nn.BatchNorm1d(self.width), nn.Dropout()]
            layers.append(ACTIVATIONS[self.activation]())
        return nn.Sequential(*layers, nn.Linear(self.width, self.outputs))

    def in_python(self, target: float) -> Case:
        """Return the case with the Python engine, and with the target for it."""
        return replace(self, name=f"{self.name}, python engine", target=target, engine="python", steps=self.torch_steps)


STANDARD = Case("standard test, a step (2-25-25-25-2, batch 10), sgd", 150)
DEEP = Case("depth 20, width 25, batch 10", 70, depth=20, steps=5000, torch_steps=100)
WIDE = {
    256: Case("width 256, batch 10", 4.2, width=256, inputs=64, steps=1000, torch_steps=200),
    1024: Case("width 1024, batch 10", 1.7, width=1024, inputs=64, steps=60, torch_steps=40, pairs=7),
    4096: Case("width 4096, batch 10", 2.1, width=4096, inputs=64, steps=8, torch_steps=6, pairs=5),
}
LARGE_BATCH = Case(
    "width 1024, batch 1000, one thread", 1.0, width=1024, inputs=64, batch_size=1000, steps=4, torch_steps=4, pairs=7
)

CASES = [
    STANDARD,
    *(
        replace(STANDARD, name=f"the same, {optimizer}", target=target, optimizer=optimizer)
        for optimizer, target in (("momentum", 150), ("adam", 130), ("adamw", 130))
    ),
    DEEP,
    *(
        replace(STANDARD, name=f"the same with {activation} instead of relu, sgd", target=50, activation=activation)
        for activation in ("tanh", "sigmoid", "gelu")
    ),
    replace(STANDARD, name="cross_entropy, 10 classes", target=100, classes=10),
    replace(STANDARD, name="batch_norm and dropout, width 25, batch 10", target=85, extras=True),
    Case(
        "batch_norm and dropout, width 256, batch 128",
        2.0,
        width=256,
        inputs=64,
        batch_size=128,
        extras=True,
        steps=200,
        torch_steps=50,
        pairs=7,
    ),
    WIDE[256],
    replace(WIDE[256], name="width 256, batch 128", target=1.5, batch_size=128, steps=200, torch_steps=50),
    Case("width 25, batch 100", 35, batch_size=100, steps=5000, torch_steps=300),
    Case("width 25, batch 1000", 4.5, batch_size=1000, steps=500, torch_steps=100),
    Case("width 25, batch 100 000", 1.5, batch_size=100_000, steps=4, torch_steps=4, pairs=7),
    WIDE[1024],
    LARGE_BATCH,
    replace(LARGE_BATCH, name="width 1024, batch 1000, two threads", threads=2),
    WIDE[4096],
    STANDARD.in_python(3.3),
    DEEP.in_python(2.2),
    *(WIDE[width].in_python(target) for width, target in ((256, 1.5), (1024, 1.0), (4096, 1.0))),
]


def row(case: Case) -> Row:
    """Return the microseconds of a step on both sides, measured alternately."""
    with using_threads(case.threads):
        data = random_data(case)
        pairs = measure_pairs(partial(torch_step, case, data), partial(minidl_step, case, data), case.pairs)
    return Row(case.name, case.target, "µs", pairs)


def random_data(case: Case) -> minidl.Data:
    """Return random samples for all steps, at most 100 batches."""
    torch.manual_seed(0)
    count = min(case.torch_steps, 100) * case.batch_size
    inputs, targets = torch.randn(count, case.inputs), torch.randn(count, case.outputs)
    if case.classes:
        targets = nn.functional.one_hot(targets.argmax(1), case.classes).float()
    task = "classification" if case.classes else "regression"
    return minidl.Data(train=(inputs, targets), test=(inputs[:1], targets[:1]), task=task)


def minidl_step(case: Case, data: minidl.Data) -> float:
    """Return the microseconds of a step of minidl's loop."""
    batches = len(data.train.inputs) // case.batch_size
    epochs = max(1, case.steps // batches)
    spent = minidl.fit(
        case.layers,
        data,
        loss="cross_entropy" if case.classes else "mse:reduction=mean",
        optimizer=OPTIMIZERS[case.optimizer][0],
        metrics=(),
        epochs=epochs,
        batch_size=case.batch_size,
        threads=case.threads,
        engine=case.engine,
    ).seconds
    return 1e6 * (spent.forward + spent.backward + spent.update) / (epochs * batches)


def torch_step(case: Case, data: minidl.Data) -> float:
    """Return the microseconds of a step of PyTorch's usual loop."""
    model = case.torch_model()
    optimizer = OPTIMIZERS[case.optimizer][1](model.parameters())
    criterion = nn.CrossEntropyLoss() if case.classes else nn.MSELoss()
    batches = list(zip(*(tensor.split(case.batch_size) for tensor in data.train), strict=True))
    epochs = max(1, case.torch_steps // len(batches))
    started = time.perf_counter()
    for _ in range(epochs):
        for inputs, targets in batches:
            optimizer.zero_grad()
            criterion(model(inputs), targets).backward()
            optimizer.step()
    return 1e6 * (time.perf_counter() - started) / (epochs * len(batches))
