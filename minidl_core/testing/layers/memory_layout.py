"""Checks that results do not depend on how tensors lie in memory."""

from __future__ import annotations

from minidl_core.testing.check_case import ConformanceError, describe_failure
from minidl_core.testing.layers.configured_layer import ConfiguredLayer
from minidl_core.testing.layers.harness import Harness, Passes, require_same_passes, upstream_of
from minidl_core.testing.numerics.comparison import not_contiguous


def check_not_contiguous(configured: ConfiguredLayer) -> None:
    """Check that input and upstream gradient need not be contiguous."""
    usual, other = Harness(configured.trained()), Harness(configured.trained())
    if usual.draws(configured.inputs()):  # the memory order may affect random numbers
        usual.layer.eval()
        other.layer.eval()
    expected = usual.passes(configured.inputs())
    require_same_passes("for a non-contiguous input", _passes_of_views(configured, other, expected), expected)


def _passes_of_views(configured: ConfiguredLayer, harness: Harness, expected: Passes) -> Passes:
    """Return the results for a non-contiguous input and upstream gradient."""
    upstream = not_contiguous(upstream_of(expected.output))
    try:
        return harness.passes(not_contiguous(configured.inputs()), upstream)
    except Exception as error:
        raise ConformanceError(
            f"a non-contiguous input fails: {describe_failure(error)}; use reshape instead of view"
        ) from error
