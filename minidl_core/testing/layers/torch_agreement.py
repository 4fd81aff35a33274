"""Checks a layer against the PyTorch module that it declares as its torch_twin."""

from __future__ import annotations

from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness
from minidl_core.testing.torch_twin import call_twin, require_as_twin, twin_of


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
