"""A loss or a metric with the settings and the kind of targets of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from minidl_core.errors import MinidlError
from minidl_core.testing.check_case import NotCheckedError
from minidl_core.testing.configured_part import ConfiguredPart
from minidl_core.testing.numerics.comparison import random_normal


@dataclass(frozen=True)
class ConfiguredWithTargets(ConfiguredPart):
    """The class of a loss or a metric with settings, and whether targets are one-hot or real numbers."""

    one_hot: bool = False

    @classmethod
    def for_all_targets(cls, configured: ConfiguredPart) -> Iterator[Self]:
        """Yield a loss or a metric with one-hot targets, then with real ones."""
        for one_hot in (True, False):
            yield cls(configured.part, configured.settings, configured.varied, one_hot)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its cases."""
        return (*super().labels, "one-hot targets" if self.one_hot else "real targets")

    def batch(self, *shape: int) -> tuple[Tensor, Tensor]:
        """Return random predictions and targets, the same for each call."""
        target = random_normal(*shape, seed=2)
        if self.one_hot:
            target = torch.eye(shape[-1], dtype=torch.float64)[target.argmax(-1)]
        return random_normal(*shape), target


def call_with_targets(function: Callable[[Tensor, Tensor], Tensor], prediction: Tensor, target: Tensor) -> Tensor:
    """Return the result of a loss or a metric.

    Raises:
        NotCheckedError: it rejects the targets.
    """
    try:
        return function(prediction, target)
    except MinidlError as error:
        raise NotCheckedError(f"it rejects such targets: {error}") from None
