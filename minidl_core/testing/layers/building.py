"""Checks that a layer can be built again, for the same or another shape."""

from __future__ import annotations

from minidl_core.errors import ShapeError
from minidl_core.interfaces.module import Module
from minidl_core.shapes import Shape
from minidl_core.testing.check_case import ConformanceError, NotCheckedError
from minidl_core.testing.layers.configured_layer import BATCH, ConfiguredLayer, build_from_seed
from minidl_core.testing.layers.harness import Harness, require_same_passes
from minidl_core.testing.numerics.comparison import random_normal

HINT = "build must create all state again, and must not modify the settings"


def check_building_twice(configured: ConfiguredLayer) -> None:
    """Check that a layer built twice equals one built once."""
    layer = configured.built(seed=1)
    layer.forward(configured.inputs())
    _require_like_new(configured, layer, configured.shape)


def check_building_for_another_shape(configured: ConfiguredLayer) -> None:
    """Check that a layer rebuilt for another shape equals one that is only built for that shape."""
    if not configured.other_shapes:
        raise NotCheckedError("no other shape is known that it accepts")
    layer = configured.built(seed=1)
    layer.forward(configured.inputs())
    _require_like_new(configured, layer, configured.other_shapes[0])


def _require_like_new(configured: ConfiguredLayer, layer: Module, shape: Shape) -> None:
    """Rebuild a layer and compare it with a new one."""
    new = configured.built(shape=shape)
    try:
        build_from_seed(layer, shape, seed=0)
    except ShapeError as error:
        raise ConformanceError(
            f"once built, it rejects samples of shape {shape}, which a new layer accepts: {error}; {HINT}"
        ) from None
    found, expected = ({name: tuple(t.shape) for name, t in one.state().items()} for one in (layer, new))
    if found != expected:
        raise ConformanceError(
            f"built twice, its state has the shapes {found}, expected {expected} as built once: {HINT}"
        )
    x = random_normal(BATCH, *shape)
    require_same_passes("of a layer built twice", Harness(layer).passes(x.clone()), Harness(new).passes(x.clone()))
