"""Predictions of a network, and their loss and metrics."""

from __future__ import annotations

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
"""The number of samples to predict at once, so that the outputs of layers take little memory and stay in the cache."""


def predict(model: Module, inputs: Tensor) -> Tensor:
    """Return the outputs of a network in evaluation mode; its mode is restored afterwards.

    Args:
        model: the network.
        inputs: a tensor or array of shape `(samples, *features)` and any type; it is converted to the network's type
            and device.

    Returns:
        The outputs, of shape `(samples, *outputs)`.
    """
    inputs, training = torch.as_tensor(inputs), model.training
    for parameter in model.parameters()[:1]:
        inputs = inputs.to(parameter.value)
    model.eval()
    try:
        with torch.inference_mode():
            outputs = [model.forward(chunk) for chunk in torch.split(inputs, CHUNK)]
            return outputs[0] if len(outputs) == 1 else torch.cat(outputs)
    finally:
        model.train() if training else model.eval()


def evaluate(
    model: Module, samples: Samples, loss: Loss, metrics: Mapping[str, Metric], scale: Scale | None = None
) -> Scores:
    """Return the loss and the metrics of a network over all samples, by name.

    Args:
        model: the network.
        samples: inputs and targets.
        loss: the loss, computed from outputs and targets without conversion.
        metrics: the metrics by name, computed in the user's units if there is a scale.
        scale: converts standardized targets to the user's units.
    """
    prediction = predict(model, samples.inputs)
    value = float(loss.forward(prediction, samples.targets))
    return {"loss": value} | compute_metrics(prediction, samples.targets, metrics, scale)


def compute_metrics(prediction: Tensor, target: Tensor, metrics: Mapping[str, Metric], scale: Scale | None) -> Scores:
    """Return the metrics of predictions by name, in the user's units if there is a scale."""
    if scale is not None:
        prediction, target = scale.to_units(prediction), scale.to_units(target)
    return {name: _number(metric, prediction, target) for name, metric in metrics.items()}


def _number(metric: Metric, prediction: Tensor, target: Tensor) -> float:
    """Return the value of a metric as a number.

    Raises:
        PluginError: the metric did not return a number.
    """
    value = metric.compute(prediction, target)
    try:
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise wrong_return_error(part_name(metric), "compute", "one number", value) from error
