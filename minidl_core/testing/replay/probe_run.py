"""A short training of a small network that contains the part under test."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from minidl_core.interfaces.dataset import Data, Samples
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.module import Module
from minidl_core.interfaces.optimizer import Optimizer
from minidl_core.interfaces.sequential import Sequential
from minidl_core.run_config import RunConfig
from minidl_core.seeds import generator
from minidl_core.shapes import Shape
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.probe_layer import ProbeLayer
from minidl_core.testing.replay.probe_loss import ProbeLoss
from minidl_core.testing.replay.probe_optimizer import ProbeOptimizer
from minidl_core.training.fit import prepare
from minidl_core.training.run_state import Run

BATCH = 5

SAMPLES = 23
"""The number of training samples; the last batch of an epoch is smaller."""

TEST_SAMPLES = 9

ROWS = SAMPLES + TEST_SAMPLES

STEPS_PER_EPOCH = 5

MOVED = 0.1
"""The deviation that is added to initial parameters, because a weight of 1 or a bias of 0 hides missing factors."""


ROUNDING_ERROR = 1e-15
"""The relative deviation of disturbed parameters."""


def probe_run(
    *,
    shape: Shape = (3,),
    layers: Sequence[Module] = (),
    loss: Loss | None = None,
    targets: Tensor | None = None,
    optimizer: Optimizer | None = None,
    metrics: Sequence[Metric] = (),
    epochs: int = 2,
) -> Run:
    """Return a run that is ready for training, in float64 and with seed 0; parts that are not given are the kit's.

    Args:
        shape: the shape of an input sample.
        layers: the layers after the first.
        loss: the loss.
        targets: the targets of all samples; None draws them.
        optimizer: the optimizer.
        metrics: the metrics.
        epochs: the number of epochs.

    Raises:
        InputError: a part rejects the shape or the targets.
    """
    torch.default_generator.manual_seed(0)
    model = Sequential([ProbeLayer(), *layers])
    out_shape = model.prepare(generator(0), torch.float64).build(shape)
    inputs = random_normal(ROWS, *shape)
    targets = random_normal(ROWS, *out_shape, seed=2) if targets is None else targets
    train, test = (Samples(inputs[part], targets[part]) for part in (slice(SAMPLES), slice(SAMPLES, None)))
    config = RunConfig(epochs=epochs, batch_size=BATCH, seed=0, dtype="float64")
    data = Data(train, test, "regression")
    run = prepare(config, model, data, loss or ProbeLoss(), optimizer or ProbeOptimizer(), metrics)
    for number, parameter in enumerate(model.parameters()):
        parameter.value.add_(random_normal(*parameter.value.shape, seed=number), alpha=MOVED)
    return run


def disturb(run: Run) -> Run:
    """Change the parameters of a run by about their rounding error; return it."""
    for number, parameter in enumerate(run.model.parameters()):
        noise = random_normal(*parameter.value.shape, seed=100 + number)
        parameter.value.mul_(1 + ROUNDING_ERROR * noise)
    return run
