"""The conditions of a layer's gradient checks: batch size, mode, and magnitude of the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from minidl_core.seeds import generator
from minidl_core.shapes import Shape
from minidl_core.testing.numerics.central_differences import MOST, TOLERANCE
from minidl_core.testing.numerics.comparison import random_normal

BATCHES = (1, 2, 7)
"""The batch sizes that are compared for a diagnosis if a gradient is wrong."""

LARGE_BATCH = 300
"""A batch size that no layer treats as small."""

FEW = 12
"""The maximum number of elements compared per tensor in a large batch."""

SOME = 30
"""The maximum number of elements compared per tensor for wide and small inputs."""

WIDE = (4.0, 100.0)
"""The range of the absolute values of half of the wide inputs; the other half lies between `NARROWEST` and this."""

NARROWEST = 1e-3

SMALL = 1e-4
"""The standard deviation of small inputs."""

INEXACT = 0.02
"""The maximum relative error for wide and small inputs, where a formula may be inexact."""

Inputs = Literal["ordinary", "wide", "small"]


@dataclass(frozen=True)
class Conditions:
    """The conditions of one gradient check.

    Args:
        batch: the number of samples.
        training: whether the layer is in training mode.
        inputs: ordinary (normally distributed), wide (up to ±100) or small (about 1e-4).
    """

    batch: int
    training: bool
    inputs: Inputs = "ordinary"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of their case."""
        kind = () if self.inputs == "ordinary" else (f"{self.inputs} inputs",)
        return (f"batch={self.batch}", "training" if self.training else "evaluation", *kind)

    @property
    def unit(self) -> float:
        """The unit of the difference steps: above the magnitude of the inputs, to reduce rounding."""
        return 100 * SMALL if self.inputs == "small" else 1.0

    @property
    def tolerance(self) -> float:
        """The maximum relative error of a correct element of the gradient."""
        return TOLERANCE if self.inputs == "ordinary" else INEXACT

    @property
    def most(self) -> int:
        """The maximum number of elements compared per tensor."""
        if self.batch == LARGE_BATCH:
            return FEW
        return MOST if self.inputs == "ordinary" else SOME

    def draw(self, shape: Shape) -> Tensor:
        """Return a batch of samples."""
        normal = random_normal(self.batch, *shape)
        if self.inputs == "ordinary":
            return normal
        return SMALL * normal if self.inputs == "small" else _wide(normal)


def all_conditions(*, both_modes: bool) -> Iterator[Conditions]:
    """Yield the conditions to check gradients under."""
    for training in (True, False) if both_modes else (True,):
        yield from (Conditions(batch, training) for batch in BATCHES)
        yield Conditions(BATCHES[-1], training, "wide")
        yield Conditions(BATCHES[-1], training, "small")
        yield Conditions(LARGE_BATCH, training)


def _wide(normal: Tensor) -> Tensor:
    """Return numbers of the same signs whose logarithms are uniformly distributed, half of them large."""
    share = torch.rand(normal.shape, dtype=normal.dtype, generator=generator(4))
    large = torch.rand(normal.shape, generator=generator(5)) < 1 / 2
    lowest = torch.full_like(normal, NARROWEST).where(~large, WIDE[0])
    highest = torch.full_like(normal, WIDE[0]).where(~large, WIDE[1])
    return normal.sign() * lowest * (highest / lowest) ** share
