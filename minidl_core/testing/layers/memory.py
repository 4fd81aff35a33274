"""Tensors that lie in memory in another way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.testing.case import ConformanceError, described
from minidl_core.testing.comparing import not_contiguous
from minidl_core.testing.layers.bench import Bench, require_same_passes, upstream_of
from minidl_core.testing.layers.specimen import BATCH, LayerSpecimen


def check_not_contiguous(specimen: LayerSpecimen) -> None:
    """Check that input and upstream gradient may lie in memory in any order."""
    usual, other = specimen.used(), specimen.used()
    _quiet(specimen, usual, other)
    expected = Bench(usual).passes(specimen.inputs())
    upstream = not_contiguous(upstream_of(expected.output))
    with _blaming_views("an input that is not contiguous"):
        found = Bench(other).passes(not_contiguous(specimen.inputs()), upstream)
    require_same_passes("of an input that is not contiguous", found, expected)


def check_kept_memory(specimen: LayerSpecimen) -> None:
    """Check that memory kept from step to step changes no number, nor does the order in which samples lie there."""
    usual, kept = specimen.used(), specimen.used()
    _require_unchanged(specimen, usual, kept, Tensor.clone, "memory that is kept from step to step")
    _quiet(specimen, usual, kept)
    if len(specimen.shape) == 1:
        _require_unchanged(specimen, usual, kept, samples_side_by_side, "kept memory where samples lie side by side")


def samples_side_by_side(batch: Tensor) -> Tensor:
    """Return a batch of vectors in the order in which the training loop may keep it, and anything else as it is."""
    return batch.mT.contiguous().mT if batch.dim() == 2 else batch  # noqa: PLR2004 - (batch, features)


def _require_unchanged(
    specimen: LayerSpecimen, usual: Module, other: Module, arranged: Callable[[Tensor], Tensor], what: str
) -> None:
    """Check that a layer gives what another does when it is given memory, and tensors arranged as the memory is."""
    fresh, kept = Bench(usual), Bench(other)
    kept.layer.keep_memory(arranged(specimen.inputs()), arranged(fresh.forward(specimen.inputs())))
    for seed in (3, 4):
        x = specimen.inputs(BATCH, seed)
        expected = fresh.passes(x.clone())
        with _blaming_views(what):
            found = kept.passes(arranged(x), arranged(upstream_of(expected.output)))
        require_same_passes(f"with {what}", found, expected)


def _quiet(specimen: LayerSpecimen, *layers: Module) -> None:
    """Switch layers that draw random numbers to evaluation: numbers may be drawn in the order of memory."""
    for layer in layers:
        if Bench(layer).draws(specimen.inputs()):
            layer.eval()


@contextmanager
def _blaming_views(what: str) -> Iterator[None]:
    """Tell what made a pass fail, and the usual cause."""
    try:
        yield
    except Exception as error:
        raise ConformanceError(f"{what} fails: {described(error)}; reshape takes what view does not") from error
