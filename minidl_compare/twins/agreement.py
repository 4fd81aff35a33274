"""Whether twins do the same as the parts that they stand for."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from minidl_compare.twins.twins import Twins, failing, has_named_twin
from minidl_core import Data, Parameter, PluginError, RunError, Samples, generator
from minidl_core.interfaces.component import Component

SAMPLES = 64
"""So many of the first training samples are compared."""

TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-8}
"""How far numbers may differ by rounding, relative to the largest or to 1: far more than they do, and far less than
those of another formula."""

STEPS = 3
"""Steps of optimizers that are compared: the first tells nothing of momentum."""


def check_agreement(twins: Twins, data: Data) -> None:
    """Check that each layer, the loss and the optimizer do the same as their twins, on a few samples.

    Layers are compared one by one in evaluation, each on the output of the layer before, so that one that differs is
    found at its position.

    Args:
        twins: of parts that are not in use, for the optimizer is attached.
        data: the samples, in any type.

    Raises:
        PluginError: the twin that a part of a third party names does something else, or fails.
        RunError: likewise, of a part of minidl's own.
    """
    few = [Samples(*(tensor[:SAMPLES] for tensor in samples)) for samples in (data.train, data.test)]
    samples = replace(data, train=few[0], test=few[1]).to(twins.model.dtype, torch.device("cpu")).train
    with torch.inference_mode():
        prediction = _check_layers(twins, samples.inputs)
        value = twins.loss_part.forward(prediction, samples.targets)
        with failing(twins.loss_part, twins.loss_part.label()):
            other = twins.loss()(prediction, samples.targets)
        _require_same(twins.loss_part, twins.loss_part.label(), "values", value, other)
    _check_optimizer(twins)


def _check_layers(twins: Twins, inputs: Tensor) -> Tensor:
    """Compare the output of each layer with its twin's; return the network's."""
    network = twins.network().eval()
    twins.load(network)
    for layer, twin, place in zip(twins.model.eval(), network, twins.places, strict=True):
        with failing(layer, place):
            theirs = twin(inputs.clone())  # some work in place
        inputs = layer.forward(inputs)
        _require_same(layer, place, "outputs", inputs, theirs)
    return inputs


def _check_optimizer(twins: Twins) -> None:
    """Compare what a few steps make of a parameter."""
    part, draws = twins.optimizer_part, generator(0)
    # In float32, small steps would be lost in the values' rounding.
    start = torch.randn(5, 3, dtype=torch.float64, generator=draws)
    ours, theirs = Parameter(start.clone()), nn.Parameter(start.clone())
    part.attach([ours])
    twin = twins.optimizer([theirs])
    for _ in range(STEPS):
        grad = torch.randn(start.shape, dtype=start.dtype, generator=draws)
        ours.grad, theirs.grad = grad.clone(), grad.clone()
        part.step()
        with failing(part, part.label()):
            twin.step()
    way = (ours.value - start).abs().max().clamp(min=1e-6)
    _require_same(part, part.label(), "steps", (ours.value - start) / way, (theirs.detach() - start) / way)


def _require_same(part: Component, place: str, what: str, ours: Tensor, theirs: object) -> None:
    """Check that both are the same, to rounding."""
    if not isinstance(theirs, Tensor) or theirs.shape != ours.shape:
        came = f"a tensor of shape {tuple(theirs.shape)}" if isinstance(theirs, Tensor) else type(theirs).__name__
        raise _wrong(part, f"{place}: its PyTorch twin gives {came}, where one of shape {tuple(ours.shape)} is due")
    same = (ours == theirs) | (ours.isnan() & theirs.isnan())
    difference = float((ours - theirs).abs().nan_to_num(nan=torch.inf).where(~same, 0).max())
    largest = float(ours.nan_to_num().abs().max())
    if difference > TOLERANCES[ours.dtype] * max(1, largest):
        raise _wrong(
            part,
            f"{place}: it and its PyTorch twin are not the same, for their {what} differ by up to {difference:.3g}, "
            f"where the largest is {largest:.3g}",
        )


def _wrong(part: Component, message: str) -> RunError:
    if has_named_twin(part):
        return PluginError(f"{message}: mend its torch_twin, or leave the part out")
    return RunError(message)
