"""Layers that are built more than once."""

from __future__ import annotations

from minidl_core.errors import ShapeError
from minidl_core.interfaces.module import Module
from minidl_core.shapes import Shape
from minidl_core.testing.case import ConformanceError, NotCheckedError
from minidl_core.testing.comparing import drawn
from minidl_core.testing.layers.bench import Bench, require_same_passes
from minidl_core.testing.layers.specimen import BATCH, LayerSpecimen, built_anew

MEND = "build must begin afresh, and leave the settings as they are"


def check_building_twice(specimen: LayerSpecimen) -> None:
    """Check that a layer built twice equals one built once."""
    layer = specimen.fresh(seed=1)
    layer.forward(specimen.inputs())
    _require_like_new(specimen, layer, specimen.shape)


def check_building_for_another_shape(specimen: LayerSpecimen) -> None:
    """Check that a layer built for one shape, then for another, equals one built for the other alone."""
    if not specimen.other_shapes:
        raise NotCheckedError("there is no other shape that it is known to take")
    layer = specimen.fresh(seed=1)
    layer.forward(specimen.inputs())
    _require_like_new(specimen, layer, specimen.other_shapes[0])


def _require_like_new(specimen: LayerSpecimen, layer: Module, shape: Shape) -> None:
    """Build a layer again and compare it with one just built."""
    new = specimen.fresh(shape=shape)
    try:
        built_anew(layer, shape, seed=0)
    except ShapeError as error:
        raise ConformanceError(
            f"built once, it refuses samples of shape {shape}, which a new one takes: {error}; {MEND}"
        ) from None
    found, expected = ({name: tuple(t.shape) for name, t in one.state().items()} for one in (layer, new))
    if found != expected:
        raise ConformanceError(f"built twice, its state is {found}; built once, it is {expected}: {MEND}")
    x = drawn(BATCH, *shape)
    require_same_passes("of a layer built twice", Bench(layer).passes(x.clone()), Bench(new).passes(x.clone()))
