"""Tensors that lie in memory in another way."""

from __future__ import annotations

from minidl_core.testing.case import ConformanceError, described
from minidl_core.testing.comparing import not_contiguous
from minidl_core.testing.layers.bench import Bench, require_same_passes, upstream_of
from minidl_core.testing.layers.specimen import BATCH, LayerSpecimen


def check_not_contiguous(specimen: LayerSpecimen) -> None:
    """Check that input and upstream gradient may lie in memory in any order."""
    usual, other = specimen.used(), specimen.used()
    if Bench(usual).draws(specimen.inputs()):  # as in PyTorch, numbers may be drawn in the order of memory
        usual.eval()
        other.eval()
    expected = Bench(usual).passes(specimen.inputs())
    upstream = not_contiguous(upstream_of(expected.output))
    try:
        found = Bench(other).passes(not_contiguous(specimen.inputs()), upstream)
    except Exception as error:
        raise ConformanceError(
            f"an input that is not contiguous fails: {described(error)}; reshape takes what view does not"
        ) from error
    require_same_passes("of an input that is not contiguous", found, expected)


def check_kept_memory(specimen: LayerSpecimen) -> None:
    """Check that memory kept from step to step changes no number."""
    fresh, kept = Bench(specimen.used()), Bench(specimen.used())
    kept.layer.keep_memory(specimen.inputs(), fresh.forward(specimen.inputs()))
    for seed in (3, 4):
        x = specimen.inputs(BATCH, seed)
        expected = fresh.passes(x.clone())
        require_same_passes("with memory that is kept from step to step", kept.passes(x.clone()), expected)
