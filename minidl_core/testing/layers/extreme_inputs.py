"""Inputs so small or so large that a formula overflows although its result would not."""

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
"""Distances at which results are looked at where they are undefined, to see whether they need be."""

SOME = 0.7
"""About half of normal numbers are farther from 0."""

BatchPair = tuple[str, Tensor]


def check_extremes(configured: ConfiguredLayer) -> None:
    """Check that float32 gives finite numbers wherever float64 gives numbers that float32 can hold.

    Where results are undefined, as at 0 or for inputs that are all the same, those near by must be unbounded.
    """
    for training in (True, False) if configured.depends_on_mode else (True,):
        pair = _Pair(configured, training=training)
        for magnitude in MAGNITUDES:
            for words, x in _inputs(configured, magnitude):
                pair.check(words, x)


def _inputs(configured: ConfiguredLayer, magnitude: float) -> list[BatchPair]:
    """Return inputs all of which are of a size, and some."""
    normal = random_normal(BATCH, *configured.shape)
    everywhere = [
        (f"inputs that are all {sign * magnitude:g}", torch.full_like(normal, sign * magnitude)) for sign in (1, -1)
    ]
    some = random_normal(*normal.shape, seed=6)
    mixed = [(f"inputs some of which are ±{magnitude:g}", (magnitude * some.sign()).where(some.abs() > SOME, normal))]
    return [*everywhere, *mixed] if magnitude else [everywhere[0], *mixed]


def _near(x: Tensor) -> list[Tensor]:
    """Return inputs near to others, farthest first: near to 0 where some are 0, else near to all, relative to them."""
    moves = random_normal(*x.shape, seed=7)
    if bool((x == 0).any()):
        return [x.where(x != 0, size * moves) for size in NEAR_ZERO]
    return [x * (1 + size * moves) for size in NEAR]


class _Pair:
    """A layer in float32 and the same in float64."""

    def __init__(self, configured: ConfiguredLayer, *, training: bool) -> None:
        self.fine, self.coarse = configured.trained(), configured.trained(dtype=torch.float32)
        self.coarse.load_state(self.fine.state())
        for layer in (self.fine, self.coarse):
            layer.train() if training else layer.eval()
        self.mode = "training" if training else "evaluation"

    def check(self, words: str, x: Tensor) -> None:
        """Check the numbers for one input.

        Raises:
            ConformanceError: one is infinite or NaN, and need not be.
        """
        exact = self._results(self.fine, x)
        found = self._results(self.coarse, x)
        for what, numbers in exact.items():
            if what in found and (told := first_overflow(found[what], numbers)):
                raise ConformanceError(f"for {words}, {what} in float32 {told} (in {self.mode})", OVERFLOWS)
        undefined = [what for what, numbers in exact.items() if not bool(numbers.isfinite().all())]
        near = [self._results(self.fine, other) for other in _near(x)] if undefined else []
        for what in undefined:
            if is_bounded([one[what] for one in near if what in one]):
                told = f"holds NaN or infinite numbers (in {self.mode}), and very near to that it does not"
                raise ConformanceError(f"for {words}, {what} {told}", UNDEFINED)

    def _results(self, layer: Module, x: Tensor) -> dict[str, Tensor]:
        """Return what passes give in float64, or nothing where the layer refuses the input."""
        try:
            passes = Harness(layer).passes(x.to(layer.dtype, copy=True))
        except MinidlError:
            return {}
        return {
            "the output": passes.output.double(),
            "the gradient of the input": passes.grad_input.double(),
        } | {f"the gradient of {name}": gradient.double() for name, gradient in passes.gradients.items()}
