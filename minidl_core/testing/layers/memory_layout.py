"""Tensors that lie in memory in another way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor

from minidl_core.interfaces.module import Module
from minidl_core.testing.check_case import ConformanceError, describe_failure
from minidl_core.testing.layers.configured_layer import BATCH, ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import not_contiguous


def check_not_contiguous(configured: ConfiguredLayer) -> None:
    """Check that input and upstream gradient may lie in memory in any order."""
    usual, other = configured.trained(), configured.trained()
    _quiet(configured, usual, other)
    expected = Harness(usual).passes(configured.inputs())
    upstream = not_contiguous(upstream_of(expected.output))
    with _locating_views("an input that is not contiguous"):
        found = Harness(other).passes(not_contiguous(configured.inputs()), upstream)
    require_same_passes("of an input that is not contiguous", found, expected)


def check_kept_memory(configured: ConfiguredLayer) -> None:
    """Check that memory kept from step to step changes no number, nor does the order in which samples lie there."""
    usual, kept = configured.trained(), configured.trained()
    _require_unchanged(configured, usual, kept, Tensor.clone, "memory that is kept from step to step")
    _quiet(configured, usual, kept)
    if len(configured.shape) == 1:
        _require_unchanged(configured, usual, kept, samples_side_by_side, "kept memory where samples lie side by side")


def samples_side_by_side(batch: Tensor) -> Tensor:
    """Return a batch of vectors in the order in which the training loop may keep it, and anything else as it is."""
    return batch.mT.contiguous().mT if batch.dim() == 2 else batch  # noqa: PLR2004 - (batch, features)


def _require_unchanged(
    configured: ConfiguredLayer, usual: Module, other: Module, arranged: Callable[[Tensor], Tensor], what: str
) -> None:
    """Check that a layer gives what another does when it is given memory, and tensors arranged as the memory is."""
    fresh, kept = Harness(usual), Harness(other)
    kept.layer.keep_memory(arranged(configured.inputs()), arranged(fresh.forward(configured.inputs())))
    for seed in (3, 4):
        x = configured.inputs(BATCH, seed)
        expected = fresh.passes(x.clone())
        with _locating_views(what):
            found = kept.passes(arranged(x), arranged(upstream_of(expected.output)))
        require_same_passes(f"with {what}", found, expected)


def _quiet(configured: ConfiguredLayer, *layers: Module) -> None:
    """Switch layers that draw random numbers to evaluation: numbers may be drawn in the order of memory."""
    for layer in layers:
        if Harness(layer).draws(configured.inputs()):
            layer.eval()


@contextmanager
def _locating_views(what: str) -> Iterator[None]:
    """Tell what made a pass fail, and the usual cause."""
    try:
        yield
    except Exception as error:
        raise ConformanceError(f"{what} fails: {describe_failure(error)}; reshape takes what view does not") from error
