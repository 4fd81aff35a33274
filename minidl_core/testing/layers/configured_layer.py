"""A layer under test with the settings and the shape of a case."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar, cast

import torch
from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.seeds import generator
from minidl_core.shapes import Shape
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal

BATCH = 5
"""The samples of a batch, where their number is not what is checked."""

WARM_UP = 7
"""The samples of the batch that a layer has seen before it is checked, so that its buffers hold something."""

MOVED = 0.1
"""How far parameters are moved from their first values, so that no factor hides in a weight of 1 or a bias of 0."""


_Found = TypeVar("_Found")


@dataclass(frozen=True)
class ConfiguredLayer(ConfiguredPart):
    """A layer's class with settings and the shape of its samples.

    Args:
        part: the class.
        settings: what to make it with.
        shape: the shape of one sample.
        other_shapes: further shapes that it takes.
        found_out: what checks have found out and others need too.
    """

    shape: Shape = ()
    other_shapes: tuple[Shape, ...] = ()
    found_out: dict[Hashable, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words that tell its cases from those of other settings and shapes."""
        return (*super().labels, f"shape={'x'.join(map(str, self.shape))}")

    def built(self, seed: int = 0, shape: Shape | None = None, dtype: torch.dtype = torch.float64) -> Module:
        """Return a layer just built."""
        layer: Module = self.make()
        return build_from_seed(layer, self.shape if shape is None else shape, seed, dtype)

    def trained(self, seed: int = 0, dtype: torch.dtype = torch.float64) -> Module:
        """Return a layer that has been trained a little: parameters are moved, buffers filled."""
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
        """Whether the layer, or one inside it, declares that training and evaluation differ."""
        return any(module.depends_on_mode for module in self.make().modules())

    @property
    def has_surrogate(self) -> bool:
        """Whether the layer, or one inside it, declares that its backward is not the derivative."""
        return any(module.surrogate_gradient for module in self.make().modules())

    def remembered(self, what: Hashable, find_out: Callable[[], _Found]) -> _Found:
        """Return what a function finds out, which is called once."""
        if what not in self.found_out:
            self.found_out[what] = find_out()
        return cast(_Found, self.found_out[what])

    @property
    def supports_stacking(self) -> bool:
        """Whether neither the layer nor one inside it declares that it cannot be stacked."""
        return all(module.supports_stacking for module in self.make().modules())


def build_from_seed(layer: Module, shape: Shape, seed: int, dtype: torch.dtype = torch.float64) -> Module:
    """Build a layer from a seed, be it for the first time or again; return it.

    Torch's global source starts at the seed too, so that a layer that wrongly draws from it fails the one check that is
    for that.
    """
    torch.default_generator.manual_seed(seed)
    layer.prepare(generator(seed), dtype).build(shape)
    return layer
