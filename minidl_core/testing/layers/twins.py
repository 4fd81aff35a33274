"""A layer and the PyTorch module that it declares to do the same."""

from __future__ import annotations

from minidl_core.testing.layers.bench import Bench
from minidl_core.testing.layers.specimen import LayerSpecimen
from minidl_core.testing.twins import asked, require_as_twin, twin_of


def check_twin(specimen: LayerSpecimen) -> None:
    """Check that the outputs are those of the twin, in evaluation, and in training where nothing is drawn."""
    layer = specimen.used()
    bench, x = Bench(layer), specimen.inputs()
    random = bench.draws(x)
    twin = twin_of(layer).to(layer.dtype)
    for training in (False,) if random else (False, True):
        layer.train() if training else layer.eval()
        twin.train(training)
        asked(twin.load_state_dict, {name: tensor.clone() for name, tensor in layer.state().items()})
        found = bench.forward(x.clone()).clone()
        require_as_twin(f"the output in {'training' if training else 'evaluation'}", found, asked(twin, x.clone()))
