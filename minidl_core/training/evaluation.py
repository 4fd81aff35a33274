"""Predictions, and how good they are."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from minidl_core.interfaces.dataset import Samples, Scale
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.module import Module
from minidl_core.training.result import Scores

CHUNK = 8192
"""Samples that pass the network at once: bounds the memory that layers take for outputs."""


def predict(model: Module, inputs: Tensor) -> Tensor:
    """Return the outputs of a network in evaluation for `(samples, *features)` of any type; its mode stays."""
    model.free_memory()  # a hook may predict in the middle of an epoch, and chunks must not share memory
    training = model.training
    for parameter in model.parameters()[:1]:
        inputs = inputs.to(parameter.value)
    model.eval()
    try:
        with torch.inference_mode():
            return torch.cat([model.forward(chunk) for chunk in torch.split(inputs, CHUNK)])
    finally:
        model.train() if training else model.eval()


def evaluate(
    model: Module, samples: Samples, loss: Loss, metrics: Mapping[str, Metric], scale: Scale | None = None
) -> Scores:
    """Return the loss and the metrics of a network over all samples.

    Args:
        model: the network.
        samples: inputs and targets.
        loss: taken of outputs and targets as they are.
        metrics: by name; taken in the user's units where there is a scale.
        scale: from standardized targets to the user's units.
    """
    prediction, target = predict(model, samples.inputs), samples.targets
    scores = {"loss": float(loss.forward(prediction, target))}
    if scale is not None:
        prediction, target = scale.to_units(prediction), scale.to_units(target)
    return scores | {name: float(metric.compute(prediction, target)) for name, metric in metrics.items()}
