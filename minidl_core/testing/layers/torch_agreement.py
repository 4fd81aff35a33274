"""Checks a layer against the PyTorch module that it declares as its torch_twin."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from minidl_core.testing.check_case import NotCheckedError, describe_failure
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.torch_twin import call_twin, require_as_twin, twin_of

FRONT = (2, 11)
"""The dimensions before those of a sample; 11 is unlikely to be a number of features."""


def check_twin(configured: ConfiguredLayer) -> None:
    """Check that outputs equal those of the twin in evaluation, and in training unless random numbers are drawn."""
    layer = configured.trained()
    harness, x = Harness(layer), configured.inputs()
    random = harness.draws(x)
    twin = twin_of(layer).to(layer.dtype)
    for training in (False,) if random else (False, True):
        layer.train() if training else layer.eval()
        twin.train(training)
        call_twin(twin.load_state_dict, {name: tensor.clone() for name, tensor in layer.state().items()})
        found = harness.forward(x.clone()).clone()
        require_as_twin(f"the output in {'training' if training else 'evaluation'}", found, call_twin(twin, x.clone()))


def check_further_dimensions(configured: ConfiguredLayer) -> None:
    """Check that further dimensions before those of a sample mean what they mean to the twin, in evaluation."""
    layer = configured.trained().eval()
    twin = twin_of(layer).to(layer.dtype).eval()
    call_twin(twin.load_state_dict, layer.state())
    x = random_normal(*FRONT, *configured.shape)
    expected = _output("its PyTorch twin", twin, x)
    found = _output("it", layer.forward, x)
    require_as_twin(f"the output for an input of shape {tuple(x.shape)}", found, expected)


def _output(who: str, forward: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    try:
        return forward(x.clone())
    except Exception as error:  # noqa: BLE001 - parts under test raise anything
        raise NotCheckedError(f"{who} rejects further dimensions: {describe_failure(error)}") from None
