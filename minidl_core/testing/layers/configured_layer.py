"""A layer with the settings and the sample shape of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.seeds import generator
from minidl_core.shapes import Shape
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal

BATCH = 5
"""The batch size of checks that do not vary it."""

WARM_UP = 7
"""The batch size of a first training pass, which fills a layer's buffers."""

MOVED = 0.1
"""The deviation that is added to initial parameters, because a weight of 1 or a bias of 0 hides missing factors."""


@dataclass(frozen=True)
class ConfiguredLayer(ConfiguredPart):
    """A layer's class with settings and the shape of its samples.

    Args:
        part: the class.
        settings: the arguments of its constructor.
        shape: the shape of one sample.
        other_shapes: other shapes that it accepts.
    """

    shape: Shape = ()
    other_shapes: tuple[Shape, ...] = ()

    @classmethod
    def of(cls, configured: ConfiguredPart, shape: Shape, other_shapes: tuple[Shape, ...] = ()) -> Self:
        """Return a layer with a sample shape."""
        return cls(configured.part, configured.settings, configured.varied, shape, other_shapes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its cases."""
        return (*super().labels, f"shape={'x'.join(map(str, self.shape))}")

    def built(self, seed: int = 0, shape: Shape | None = None, dtype: torch.dtype = torch.float64) -> Module:
        """Return a newly built layer."""
        layer: Module = self.make()
        return build_from_seed(layer, self.shape if shape is None else shape, seed, dtype)

    def trained(self, seed: int = 0, dtype: torch.dtype = torch.float64) -> Module:
        """Return a layer as after some training: its parameters are not initial, its buffers are filled."""
        layer = self.built(seed, dtype=dtype)
        for number, parameter in enumerate(layer.parameters()):
            parameter.value.add_(random_normal(*parameter.value.shape, seed=100 * seed + number).to(dtype), alpha=MOVED)
        layer.forward(self.inputs(WARM_UP, seed + 10).to(dtype))
        return layer

    def inputs(self, batch: int = BATCH, seed: int = 1) -> Tensor:
        """Return samples."""
        return random_normal(batch, *self.shape, seed=seed)

    @property
    def depends_on_mode(self) -> bool:
        """Whether the layer, or a layer inside it, declares depends_on_mode."""
        return any(module.depends_on_mode for module in self.make().modules())

    @property
    def has_surrogate(self) -> bool:
        """Whether the layer, or a layer inside it, declares surrogate_gradient."""
        return any(module.surrogate_gradient for module in self.make().modules())


def build_from_seed(layer: Module, shape: Shape, seed: int, dtype: torch.dtype = torch.float64) -> Module:
    """Build a layer, for the first time or again, with a seed; return it.

    Torch's global generator is seeded too, so that a layer which wrongly uses it fails only the check for that.
    """
    torch.default_generator.manual_seed(seed)
    layer.prepare(generator(seed), dtype).build(shape)
    return layer
