"""A loss or a metric under test with targets of one kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.testing.check_case import NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal


@dataclass(frozen=True)
class ConfiguredWithTargets(ConfiguredPart):
    """The class of a loss or a metric with settings, and whether targets are one-hot or any numbers."""

    one_hot: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The words that tell its cases from those of other settings and targets."""
        return (*super().labels, "one-hot targets" if self.one_hot else "real targets")

    def batch(self, *shape: int) -> tuple[Tensor, Tensor]:
        """Return predictions and targets, the same each time."""
        target = random_normal(*shape, seed=2)
        return random_normal(*shape), torch.eye(shape[-1], dtype=torch.float64)[
            target.argmax(-1)
        ] if self.one_hot else target


def call_with_targets(function: Callable[[Tensor, Tensor], Tensor], prediction: Tensor, target: Tensor) -> Tensor:
    """Return what a loss or a metric gives.

    Raises:
        NotCheckedError: it refuses such targets.
    """
    try:
        return function(prediction, target)
    except MinidlError as error:
        raise NotCheckedError(f"it refuses such targets: {error}") from None
