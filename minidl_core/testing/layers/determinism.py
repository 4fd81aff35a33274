"""Checks that a layer's random numbers depend only on its seed."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minidl_core.seeds import generator
from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.numerics.comparison import identical

Numbers = dict[str, Tensor]


def check_determinism(configured: ConfiguredLayer) -> None:
    """Check that the same seed gives the same layer and outputs, independent of torch's global generator."""
    _require_repeatable(lambda: _parameters(configured))
    _require_repeatable(lambda: _outputs(configured))


def _require_repeatable(function: Callable[[], Numbers]) -> None:
    first, other, again = (_with_global_seed(seed, function) for seed in (1, 2, 1))
    for name, numbers in first.items():
        if identical(numbers, other[name]):
            continue
        if identical(numbers, again[name]):
            raise ConformanceError(
                f"{name} depends on torch's global random generator, expected only the layer's: draw with "
                "generator=self.generator"
            )
        raise ConformanceError(f"{name} differs between calls with the same seed: draw with generator=self.generator")


def _with_global_seed(seed: int, function: Callable[[], Numbers]) -> Numbers:
    torch.default_generator.manual_seed(seed)
    return function()


def _parameters(configured: ConfiguredLayer) -> Numbers:
    layer = configured.make().prepare(generator(5), torch.float64)
    layer.build(configured.shape)
    return {f"the initial value of {name}": tensor.clone() for name, tensor in layer.state().items()}


def _outputs(configured: ConfiguredLayer) -> Numbers:
    layer = configured.make().prepare(generator(5), torch.float64)
    layer.build(configured.shape)
    return {f"the output of pass {number}": layer.forward(configured.inputs(seed=number)).clone() for number in (1, 2)}
