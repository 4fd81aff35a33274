"""The check that twins compute the same as their parts."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from minidl_compare.twins.twin_factory import TwinFactory, has_torch_twin, locating_twin_errors
from minidl_core import Data, Parameter, PluginError, RunError, Samples, generator
from minidl_core.interfaces.component import Component

SAMPLES = 64
"""The number of training samples on which twins are checked."""

TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-8}
"""The largest difference allowed, relative to the largest number or to 1: far more than rounding, and far less than
the difference to another formula."""

STEPS = 3
"""The number of optimizer steps that are compared; a single one would not show momentum."""


def check_agreement(twins: TwinFactory, data: Data) -> None:
    """Check on a few samples that each layer, the loss and the optimizer compute the same as their twins.

    Layers are compared one by one in evaluation mode, each on the output of the layer before, so that the error names
    the position of the layer that differs.

    Args:
        twins: the twins of parts that are not in use, because the optimizer is attached to other parameters.
        data: the samples, of any dtype.

    Raises:
        PluginError: a twin from a part's `torch_twin` fails or computes something else.
        RunError: the twin of one of minidl's own parts fails or computes something else.
    """
    few = [Samples(*(tensor[:SAMPLES] for tensor in samples)) for samples in (data.train, data.test)]
    samples = replace(data, train=few[0], test=few[1]).to(twins.model.dtype, torch.device("cpu")).train
    with torch.inference_mode():
        prediction = _check_layers(twins, samples.inputs)
        value = twins.loss_part.forward(prediction, samples.targets)
        with locating_twin_errors(twins.loss_part, twins.loss_part.label()):
            other = twins.loss()(prediction, samples.targets)
        _require_same(twins.loss_part, twins.loss_part.label(), "values", value, other)
    _check_optimizer(twins)


def _check_layers(twins: TwinFactory, inputs: Tensor) -> Tensor:
    """Compare the output of each layer with its twin's; return the network's output."""
    network = twins.network().eval()
    twins.load(network)
    for layer, twin, place in zip(twins.model.eval(), network, twins.places, strict=True):
        with locating_twin_errors(layer, place):
            theirs = twin(inputs.clone())  # some change their input
        inputs = layer.forward(inputs)
        _require_same(layer, place, "outputs", inputs, theirs)
    return inputs


def _check_optimizer(twins: TwinFactory) -> None:
    """Compare a parameter after a few steps."""
    part, draws = twins.optimizer_part, generator(0)
    # In float32, small steps would be lost to rounding.
    start = torch.randn(5, 3, dtype=torch.float64, generator=draws)
    ours, theirs = Parameter(start.clone()), nn.Parameter(start.clone())
    part.attach([ours])
    twin = twins.optimizer([theirs])
    for _ in range(STEPS):
        grad = torch.randn(start.shape, dtype=start.dtype, generator=draws)
        ours.grad, theirs.grad = grad.clone(), grad.clone()
        part.step()
        with locating_twin_errors(part, part.label()):
            twin.step()
    distance = (ours.value - start).abs().max().clamp(min=1e-6)
    _require_same(part, part.label(), "steps", (ours.value - start) / distance, (theirs.detach() - start) / distance)


def _require_same(part: Component, place: str, what: str, ours: Tensor, theirs: object) -> None:
    """Check that both tensors are equal within the tolerance."""
    if not isinstance(theirs, Tensor) or theirs.shape != ours.shape:
        came = f"one of shape {tuple(theirs.shape)}" if isinstance(theirs, Tensor) else type(theirs).__name__
        raise _wrong(part, f"{place}: its PyTorch twin should return a tensor of shape {tuple(ours.shape)}, not {came}")
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    difference = float((ours - theirs).abs().nan_to_num(nan=torch.inf).where(~same, 0).max())
    largest = float(ours.nan_to_num().abs().max())
    if difference > TOLERANCES[ours.dtype] * max(1, largest):
        raise _wrong(
            part,
            f"{place}: it and its PyTorch twin do not compute the same: their {what} differ by up to {difference:.3g}, "
            f"and the largest is {largest:.3g}",
        )


def _wrong(part: Component, message: str) -> RunError:
    if has_torch_twin(part):
        return PluginError(f"{message}: correct its torch_twin, or leave the part out")
    return RunError(message)
