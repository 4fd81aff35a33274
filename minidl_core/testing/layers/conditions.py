"""What a layer is given when its gradients are checked: how many samples, how large, in which mode."""

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
"""The sizes of the batches that are compared with each other where a gradient is wrong."""

LARGE_BATCH = 300
"""The samples of a batch larger than any that a layer may treat as small."""

FEW = 12
"""The most elements of each tensor that are compared in a large batch."""

SOME = 30
"""The same for inputs that are not of ordinary size."""

WIDE = (4.0, 100.0)
"""The absolute values of half of wide inputs; those of the others reach down to `NARROWEST`."""

NARROWEST = 1e-3

SMALL = 1e-4
"""The deviation of small inputs."""

INEXACT = 0.02

Inputs = Literal["ordinary", "wide", "small"]


@dataclass(frozen=True)
class Conditions:
    """A batch of some inputs, in training or in evaluation."""

    batch: int
    training: bool
    inputs: Inputs = "ordinary"

    @property
    def labels(self) -> tuple[str, ...]:
        """The words that tell these conditions from others."""
        kind = () if self.inputs == "ordinary" else (f"{self.inputs} inputs",)
        return (f"batch={self.batch}", "training" if self.training else "evaluation", *kind)

    @property
    def unit(self) -> float:
        """The unit of the steps of differences, some way above the size of the inputs, so that rounding hides less."""
        return 100 * SMALL if self.inputs == "small" else 1.0

    @property
    def tolerance(self) -> float:
        """The largest error of a gradient's element that is none; a formula may be inexact for unusual inputs."""
        return TOLERANCE if self.inputs == "ordinary" else INEXACT

    @property
    def most(self) -> int:
        """The most elements of a tensor that are compared."""
        if self.batch == LARGE_BATCH:
            return FEW
        return MOST if self.inputs == "ordinary" else SOME

    def draw(self, shape: Shape) -> Tensor:
        """Return samples."""
        normal = random_normal(self.batch, *shape)
        if self.inputs == "ordinary":
            return normal
        return SMALL * normal if self.inputs == "small" else _wide(normal)


def all_conditions(*, both_modes: bool) -> Iterator[Conditions]:
    """Yield the situations in which gradients are checked."""
    for training in (True, False) if both_modes else (True,):
        yield from (Conditions(batch, training) for batch in BATCHES)
        yield Conditions(BATCHES[-1], training, "wide")
        yield Conditions(BATCHES[-1], training, "small")
        yield Conditions(LARGE_BATCH, training)


def _wide(normal: Tensor) -> Tensor:
    """Return numbers of the same signs whose logarithms are spread evenly, half of them large."""
    share = torch.rand(normal.shape, dtype=normal.dtype, generator=generator(4))
    large = torch.rand(normal.shape, generator=generator(5)) < 1 / 2
    lowest = torch.full_like(normal, NARROWEST).where(~large, WIDE[0])
    highest = torch.full_like(normal, WIDE[0]).where(~large, WIDE[1])
    return normal.sign() * lowest * (highest / lowest) ** share
