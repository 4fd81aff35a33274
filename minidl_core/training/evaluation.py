"""Predictions, and how good they are."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from minidl_core.assembly import part_name
from minidl_core.interfaces.dataset import Samples, Scale
from minidl_core.interfaces.loss import Loss
from minidl_core.interfaces.metric import Metric
from minidl_core.interfaces.module import Module
from minidl_core.training.result import Scores
from minidl_core.training.return_checks import wrong_return_error

CHUNK = 8192
"""Samples that pass the network at once: bounds the memory that layers take for outputs, and keeps it in the cache."""


def predict(model: Module, inputs: Tensor, dim: int = 0) -> Tensor:
    """Return the outputs of a network in evaluation for inputs of any type; its mode stays.

    Args:
        model: the network.
        inputs: `(samples, *features)`.
        dim: the dimension that counts the samples; 1 where runs are stacked in front.
    """
    model.free_memory()  # a hook may predict in the middle of an epoch, and chunks must not share memory
    training = model.training
    for parameter in model.parameters()[:1]:
        inputs = inputs.to(parameter.value)
    model.eval()
    try:
        with torch.inference_mode():
            size = max(1, CHUNK // math.prod(inputs.shape[:dim]))
            outputs = [model.forward(chunk) for chunk in torch.split(inputs, size, dim)]
            return outputs[0] if len(outputs) == 1 else torch.cat(outputs, dim)
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
    prediction = predict(model, samples.inputs)
    value = float(loss.forward(prediction, samples.targets))
    return {"loss": value} | compute_metrics(prediction, samples.targets, metrics, scale)


def compute_metrics(prediction: Tensor, target: Tensor, metrics: Mapping[str, Metric], scale: Scale | None) -> Scores:
    """Return the metrics of predictions, in the user's units where there is a scale."""
    if scale is not None:
        prediction, target = scale.to_units(prediction), scale.to_units(target)
    return {name: _number(metric, prediction, target) for name, metric in metrics.items()}


def _number(metric: Metric, prediction: Tensor, target: Tensor) -> float:
    """Return a metric as a number.

    Raises:
        PluginError: it is none.
    """
    value = metric.compute(prediction, target)
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise wrong_return_error(part_name(metric), "compute", "one number", value) from error
