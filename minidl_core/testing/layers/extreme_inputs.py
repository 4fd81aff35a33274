"""Checks that extreme inputs do not make a layer overflow if its exact results are finite."""

from __future__ import annotations

import torch
from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.interfaces.module import Module
from minidl_core.testing.check_case import ConformanceError
from minidl_core.testing.layers.configured_layer import BATCH, ConfiguredLayer
from minidl_core.testing.layers.harness import Harness
from minidl_core.testing.numerics.comparison import random_normal
from minidl_core.testing.numerics.overflow import MAGNITUDES, OVERFLOWS, UNDEFINED, first_overflow, is_bounded

NEAR_ZERO = (1e-3, -1e-3, 1e-8, -1e-8, 1e-30, -1e-30)
NEAR = (1e-3, -1e-3, 1e-7, -1e-7)
"""The distances from an input with undefined results at which it is decided whether these could be defined."""

SOME = 0.7
"""About half of normally distributed numbers are farther from 0."""

DescribedBatch = tuple[str, Tensor]


def check_extremes(configured: ConfiguredLayer) -> None:
    """Check that float32 gives finite results wherever the float64 results are representable in float32.

    A result may be undefined, as at 0 or for equal inputs, only if it is unbounded nearby.
    """
    for training in (True, False) if configured.depends_on_mode else (True,):
        pair = _PrecisionPair(configured, training=training)
        for magnitude in MAGNITUDES:
            for words, x in _inputs(configured, magnitude):
                pair.check(words, x)


def _inputs(configured: ConfiguredLayer, magnitude: float) -> list[DescribedBatch]:
    """Return inputs with all elements of a magnitude, and inputs with some elements of it."""
    normal = random_normal(BATCH, *configured.shape)
    everywhere = [
        (f"inputs all equal to {sign * magnitude:g}", torch.full_like(normal, sign * magnitude)) for sign in (1, -1)
    ]
    some = random_normal(*normal.shape, seed=6)
    mixed = [(f"inputs some of which are ±{magnitude:g}", (magnitude * some.sign()).where(some.abs() > SOME, normal))]
    return [*everywhere, *mixed] if magnitude else [everywhere[0], *mixed]


def _near(x: Tensor) -> list[Tensor]:
    """Return inputs near the given ones, farthest first: near 0 if some are 0, else relative to each element."""
    moves = random_normal(*x.shape, seed=7)
    if bool((x == 0).any()):
        return [x.where(x != 0, size * moves) for size in NEAR_ZERO]
    return [x * (1 + size * moves) for size in NEAR]


class _PrecisionPair:
    """The same layer in float32 and in float64."""

    def __init__(self, configured: ConfiguredLayer, *, training: bool) -> None:
        self.fine, self.coarse = configured.trained(), configured.trained(dtype=torch.float32)
        self.coarse.load_state(self.fine.state())
        for layer in (self.fine, self.coarse):
            layer.train() if training else layer.eval()
        self.mode = "training" if training else "evaluation"

    def check(self, words: str, x: Tensor) -> None:
        """Check the results for one input.

        Raises:
            ConformanceError: a result is infinite or NaN, but should be finite.
        """
        exact = self._results(self.fine, x)
        found = self._results(self.coarse, x)
        for what, numbers in exact.items():
            if what in found and (overflow := first_overflow(found[what], numbers)):
                raise ConformanceError(f"for {words}, {what} in float32 {overflow} (in {self.mode})", OVERFLOWS)
        undefined = [what for what, numbers in exact.items() if not bool(numbers.isfinite().all())]
        near = [self._results(self.fine, other) for other in _near(x)] if undefined else []
        for what in undefined:
            if is_bounded([one[what] for one in near if what in one]):
                raise ConformanceError(
                    f"for {words}, {what} contains NaN or infinite numbers (in {self.mode}), although it is bounded "
                    "nearby",
                    UNDEFINED,
                )

    def _results(self, layer: Module, x: Tensor) -> dict[str, Tensor]:
        """Return the results of both passes as float64, or none if the layer rejects the input."""
        try:
            passes = Harness(layer).passes(x.to(layer.dtype, copy=True))
        except MinidlError:
            return {}
        return {
            "the output": passes.output.double(),
            "the gradient of the input": passes.grad_input.double(),
        } | {f"the gradient of {name}": gradient.double() for name, gradient in passes.gradients.items()}
