"""Checks that results do not depend on memory: non-contiguous tensors, reused memory."""

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
    """Check that input and upstream gradient need not be contiguous."""
    usual, other = configured.trained(), configured.trained()
    _disable_random_numbers(configured, usual, other)
    expected = Harness(usual).passes(configured.inputs())
    upstream = not_contiguous(upstream_of(expected.output))
    with _explaining_views("a non-contiguous input"):
        found = Harness(other).passes(not_contiguous(configured.inputs()), upstream)
    require_same_passes("for a non-contiguous input", found, expected)


def check_reused_memory(configured: ConfiguredLayer) -> None:
    """Check that reusing memory from step to step changes no results, in either memory order of the samples."""
    usual, kept = configured.trained(), configured.trained()
    _require_unchanged(configured, usual, kept, Tensor.clone, "memory that is reused from step to step")
    _disable_random_numbers(configured, usual, kept)
    if len(configured.shape) == 1:
        _require_unchanged(configured, usual, kept, column_major, "reused memory in column-major order")


def column_major(batch: Tensor) -> Tensor:
    """Return a batch of vectors in column-major order, as the training loop may hold it; other batches unchanged."""
    return batch.mT.contiguous().mT if batch.dim() == 2 else batch  # noqa: PLR2004 - (batch, features)


def _require_unchanged(
    configured: ConfiguredLayer, usual: Module, other: Module, arranged: Callable[[Tensor], Tensor], what: str
) -> None:
    """Check that a layer with memory to reuse gives the results of one without.

    Args:
        configured: the layer.
        usual: a layer without memory.
        other: a layer that receives memory.
        arranged: returns a batch in the memory order to check.
        what: the memory, for the message.
    """
    fresh, kept = Harness(usual), Harness(other)
    kept.layer.keep_memory(arranged(configured.inputs()), arranged(fresh.forward(configured.inputs())))
    for seed in (3, 4):
        x = configured.inputs(BATCH, seed)
        expected = fresh.passes(x.clone())
        with _explaining_views(what):
            found = kept.passes(arranged(x), arranged(upstream_of(expected.output)))
        require_same_passes(f"with {what}", found, expected)


def _disable_random_numbers(configured: ConfiguredLayer, *layers: Module) -> None:
    """Switch layers that draw random numbers to evaluation, because the memory order may affect these."""
    for layer in layers:
        if Harness(layer).draws(configured.inputs()):
            layer.eval()


@contextmanager
def _explaining_views(what: str) -> Iterator[None]:
    """Report for which memory a pass fails, and the usual fix."""
    try:
        yield
    except Exception as error:
        raise ConformanceError(f"{what} fails: {describe_failure(error)}; use reshape instead of view") from error
